import RTP

/// No dependency descriptor makes the parser trap or leaves half a structure behind; with other active targets it reads
/// the same. The first byte says how long the first value is, which may bring the structure for the second.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    let split = min(1 + Int(first), count)
    var structure = DependencyStructure()
    for value in [Array(bytes[1..<max(split, 1)]), Array(bytes[split...])] {
        let before = structure.templateCount
        guard let found = DependencyDescriptor(value.span, structure: &structure) else {
            precondition(structure.templateCount == before, "a refused descriptor changed the structure")
            continue
        }
        check(structure)
        rewrite(found, value, &structure)
    }
    return 0
}

private func check(_ structure: DependencyStructure) {
    precondition(structure.templateCount >= 1 && structure.templateCount <= 64, "templates")
    precondition(structure.decodeTargetCount >= 1 && structure.decodeTargetCount <= 32, "decode targets")
    precondition(structure.chainCount <= structure.decodeTargetCount, "chains")
    for index in -1...40 {
        let target = structure.decodeTarget(index)
        precondition(structure.chainCount == 0 || Int(target.chain) < structure.chainCount, "a chain that is not there")
        _ = structure.resolution(index)
    }
}

private func rewrite(_ found: DependencyDescriptor, _ value: [UInt8], _ structure: inout DependencyStructure) {
    var room = [UInt8](repeating: 0xAA, count: value.count + 16)
    var span = room.mutableSpan
    guard
        let count = found.write(activeTargets: 1, replacingThoseOf: value.span, structure, to: &span)
    else { preconditionFailure("a descriptor does not fit") }
    let written = Array(room[..<count])
    guard let again = DependencyDescriptor(written.span, structure: &structure) else {
        preconditionFailure("a written descriptor is none")
    }
    precondition(again.activeTargets == 1 && again.frameNumber == found.frameNumber, "another descriptor")
    precondition(again.hasStructure == found.hasStructure && again.templateID == found.templateID, "another descriptor")
    for target in 0..<32 {
        precondition(
            again.dependencies.indication(target) == found.dependencies.indication(target),
            "other indications"
        )
        precondition(again.dependencies.chain(target) == found.dependencies.chain(target), "other chains")
    }
    for index in 0..<9 {
        precondition(again.dependencies.reference(index) == found.dependencies.reference(index), "references")
    }
}
