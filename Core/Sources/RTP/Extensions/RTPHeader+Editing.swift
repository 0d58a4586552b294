// Changing extension elements where they stand, for packets that keep their layout. A packet that needs new elements
// gets a new header, see RTPHeaderWriter.
extension RTPHeader {
    /// Turns every element with an identifier into padding (RFC 8285 §4.1.2). Answers whether there was one.
    @discardableResult
    public func stripExtension(_ id: UInt8, in bytes: inout MutableSpan<UInt8>) -> Bool {
        var elements = extensions
        var found = false
        while let element = elements.next(in: bytes.span) {
            guard element.id == id else { continue }
            for index in element.start..<element.value.upperBound { bytes[index] = 0 }
            found = true
        }
        return found
    }

    /// Writes the low `count` bytes of `bits` over the value of an element. Answers false, and changes nothing, when
    /// there is no such element or its value has another size.
    @discardableResult
    public func replaceExtension(_ id: UInt8, bits: UInt64, count: Int, in bytes: inout MutableSpan<UInt8>) -> Bool {
        guard count >= 1, count <= 8, let value = extensionValue(id, in: bytes.span), value.count == count else {
            return false
        }
        for index in 0..<count {
            let shift = UInt64(8 &* (count &- 1 &- index))
            bytes[value.lowerBound &+ index] = UInt8(truncatingIfNeeded: bits >> shift)
        }
        return true
    }

    /// Writes a value over that of an element of the same size. Answers false, and changes nothing, otherwise.
    @discardableResult
    public func replaceExtension(_ id: UInt8, with new: Span<UInt8>, in bytes: inout MutableSpan<UInt8>) -> Bool {
        guard let value = extensionValue(id, in: bytes.span), value.count == new.count else { return false }
        for index in new.indices { bytes[value.lowerBound &+ index] = new[index] }
        return true
    }

    /// Gives an element another identifier of the same form, as each peer has its own numbers. Answers false when there
    /// is no such element or the form cannot write the new identifier.
    @discardableResult
    public func renumberExtension(_ id: UInt8, to new: UInt8, in bytes: inout MutableSpan<UInt8>) -> Bool {
        guard let form = ExtensionForm(profile: extensionProfile) else { return false }
        var elements = extensions
        while let element = elements.next(in: bytes.span) {
            guard element.id == id else { continue }
            guard form.holds(id: new, count: element.value.count) else { return false }
            bytes[element.start] = form == .oneByte ? new << 4 | bytes[element.start] & 0x0F : new
            return true
        }
        return false
    }
}
