import CZlib
import Foundation
import HTTPTypes
import Testing

@testable import WebSite

@Suite("Static files")
struct StaticFileTests {
    private let prefix = SiteTree(Browser.sources.mapValues { Array($0.utf8) }).assetsPrefix

    @Test("A file is served plain under its path and for ever under the hashed one")
    func caching() async throws {
        let browser = Browser()
        let plain = try await browser.ask("/state/store.js")
        let hashed = try await browser.ask(prefix + "state/store.js")
        #expect(plain.status == 200 && plain["Cache-Control"] == "no-cache")
        #expect(hashed["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(plain.body == hashed.body && plain["ETag"] == hashed["ETag"])
        #expect(plain["Content-Type"] == "text/javascript; charset=utf-8")
        #expect(plain["Vary"] == "Accept-Encoding")
        #expect(try await browser.ask("/assets/0000000000000000/state/store.js").status == 404)
    }

    @Test("The hash changes with a file's content and with its name")
    func hash() {
        let one = SiteTree(["a.js": [1, 2]]).assetsPrefix
        #expect(one != SiteTree(["a.js": [1, 3]]).assetsPrefix)
        #expect(one != SiteTree(["b.js": [1, 2]]).assetsPrefix)
        #expect(one == SiteTree(["a.js": [1, 2]]).assetsPrefix)
    }

    @Test("The page's own addresses carry the hash, links to elsewhere do not, and modules are preloaded once each")
    func index() async throws {
        let text = try await Browser().ask("/").text
        #expect(text.contains("href=\"\(prefix)styles/index.css\""))
        #expect(text.contains("src=\"\(prefix)index.js\""))
        #expect(text.contains("href=\"/r/x\""))
        let preloads = text.split(separator: "\n").filter { $0.contains("modulepreload") }
        let wanted = ["index.js", "state/store.js", "state/reducer.js"]
        #expect(preloads.count == wanted.count)
        for (line, path) in zip(preloads, wanted) { #expect(line.contains("href=\"\(prefix)\(path)\"")) }
    }

    @Test("Gzip is sent when it is accepted and smaller, and unpacks to the same bytes")
    func gzip() async throws {
        let browser = Browser()
        let plain = try await browser.ask("/index.js")
        let packed = try await browser.ask("/index.js", headers: [.acceptEncoding: "br, gzip;q=0.5"])
        #expect(packed["Content-Encoding"] == "gzip" && plain["Content-Encoding"] == nil)
        #expect(packed.body.count < plain.body.count)
        #expect(unpack(packed.body, limit: 10_000) == plain.body)
        #expect(packed["ETag"] != plain["ETag"])
        let tiny = try await browser.ask("/late.js", headers: [.acceptEncoding: "gzip"])
        #expect(tiny["Content-Encoding"] == nil)
        let image = try await browser.ask("/icon.png", headers: [.acceptEncoding: "gzip"])
        #expect(image["Content-Encoding"] == nil && image["Content-Type"] == "image/png")
    }

    @Test(
        "Accept-Encoding is read with its weights",
        arguments: [
            ("gzip", true), ("GZIP", true), ("deflate, gzip", true), ("*", true), ("*;q=0", false), ("gzip;q=0", false),
            ("gzip; q=0.0, *", false), ("identity", false), ("", false), ("gzipped", false), ("x-gzip", true),
        ]
    )
    func acceptEncoding(text: String, allowed: Bool) {
        #expect(AcceptedEncodings([text]).allowsGzip == allowed)
    }

    @Test("A known entity tag gets 304 without a body, another one 200")
    func revalidation() async throws {
        let browser = Browser()
        let first = try await browser.ask("/index.js", headers: [.acceptEncoding: "gzip"])
        let tag = try #require(first["ETag"])
        for text in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let again = try await browser.ask(
                "/index.js",
                headers: [.acceptEncoding: "gzip", .ifNoneMatch: text]
            )
            #expect(again.status == 304 && again.body.isEmpty && again["ETag"] == tag, "\(text)")
            #expect(again["Content-Length"] == nil && again["Content-Type"] == nil)
        }
        #expect(try await browser.ask("/index.js", headers: [.ifNoneMatch: "\"other\""]).status == 200)
    }

    @Test("A page is never 304: it is not stored")
    func pageIsFresh() async throws {
        #expect(try await Browser().ask("/", headers: [.ifNoneMatch: "*"]).status == 200)
    }

    private func unpack(_ input: [UInt8], limit: Int) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: limit)
        var input = input
        let count = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { destination in
                var stream = unsafe z_stream()
                unsafe inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                unsafe stream.next_in = source.baseAddress
                unsafe stream.avail_in = UInt32(source.count)
                unsafe stream.next_out = destination.baseAddress
                unsafe stream.avail_out = UInt32(limit)
                unsafe inflate(&stream, Z_FINISH)
                unsafe inflateEnd(&stream)
                return unsafe limit - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }
}
