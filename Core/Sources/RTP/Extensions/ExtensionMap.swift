/// Which identifier stands for which extension in one m-line: both ways, without allocating.
public struct ExtensionMap: Sendable, BitwiseCopyable {
    private var ids = InlineArray<16, UInt8>(repeating: 0)
    /// `rawValue + 1` of the kind for the identifiers of the one-byte form, 0 for none.
    private var kinds = InlineArray<16, UInt8>(repeating: 0)

    public init() {}

    /// The identifier of an extension, 1 to 255; nil when the m-line does not use it. The last kind that takes an
    /// identifier keeps it.
    public subscript(kind: ExtensionKind) -> UInt8? {
        get {
            let id = ids[Int(kind.rawValue)]
            return id == 0 ? nil : id
        }
        set {
            if let old = self[kind], old < 16 { kinds[Int(old)] = 0 }
            let id = newValue ?? 0
            for other in 0..<ids.count where id != 0 && ids[other] == id { ids[other] = 0 }
            ids[Int(kind.rawValue)] = id
            if id > 0, id < 16 { kinds[Int(id)] = kind.rawValue &+ 1 }
        }
    }

    /// The extension an identifier stands for.
    public func kind(of id: UInt8) -> ExtensionKind? {
        guard id != 0 else { return nil }
        if id < 16 { return kinds[Int(id)] == 0 ? nil : ExtensionKind(rawValue: kinds[Int(id)] &- 1) }
        for index in 0..<ids.count where ids[index] == id { return ExtensionKind(rawValue: UInt8(index)) }
        return nil
    }
}
