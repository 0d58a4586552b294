#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads the page's files, from the binary or from a folder. The only place that opens a file, and no request names one.
enum SiteSources {
    /// What a browser has no use for: JSDoc types and tests.
    private static let leftOut: Set<String> = ["types", "tests", "node_modules"]

    /// The files by their paths below Web.
    static func read(_ files: SiteConfiguration.Files) throws -> [String: [UInt8]] {
        switch files {
        case .embedded: try embedded()
        case .folder(let path, _): try folder(path)
        }
    }

    private static func embedded() throws -> [String: [UInt8]] {
        var sources: [String: [UInt8]] = [:]
        for file in EmbeddedWeb.files {
            guard let data = Data(base64Encoded: file.base64) else { throw SiteError.damaged(file.path) }
            sources[file.path] = Array(data)
        }
        return sources
    }

    private static func folder(_ root: String) throws -> [String: [UInt8]] {
        var sources: [String: [UInt8]] = [:]
        try add(root, below: "", depth: 0, to: &sources)
        return sources
    }

    /// Hidden files and symbolic links are left out: a link could lead out of the folder.
    private static func add(
        _ folder: String,
        below prefix: String,
        depth: Int,
        to sources: inout [String: [UInt8]]
    ) throws {
        guard depth < Limits.folderDepth else { throw SiteError.tooLarge(folder) }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            if name.hasPrefix(".") || (prefix.isEmpty && leftOut.contains(name)) { continue }
            let path = folder + "/" + name
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory:
                try add(path, below: prefix + name + "/", depth: depth + 1, to: &sources)
            case .typeRegular:
                let size = attributes[.size] as? Int ?? Int.max
                guard size <= Limits.fileBytes, sources.count < Limits.files else { throw SiteError.tooLarge(path) }
                sources[prefix + name] = Array(try Data(contentsOf: URL(filePath: path)))
            default: continue
            }
        }
    }
}

/// Why the page cannot be served; shown at start.
public enum SiteError: Error, Equatable, CustomStringConvertible {
    /// A file of the binary is no base64: the build is broken.
    case damaged(String)
    /// The folder holds more than a page can: probably the wrong folder.
    case tooLarge(String)

    public var description: String {
        switch self {
        case .damaged(let path): "The embedded file \(path) is damaged; build again."
        case .tooLarge(let path): "\(path) is larger than a page's files can be; is it the right folder?"
        }
    }
}
