/// What a frame is to a decode target (AV1 RTP specification §A.4.2).
public enum DecodeTargetIndication: UInt8, Sendable, BitwiseCopyable {
    case notPresent
    case discardable
    case `switch`
    case required
}

/// What a frame depends on: a template's, or what a descriptor says in its place.
public struct FrameDependencies: Sendable, BitwiseCopyable {
    public internal(set) var spatialLayer: UInt8 = 0
    public internal(set) var temporalLayer: UInt8 = 0
    /// How many frames it refers to directly, 0 to `Limits.frameReferences`.
    public internal(set) var referenceCount: UInt8 = 0
    var references = InlineArray<8, UInt16>(repeating: 0)
    var chains = InlineArray<32, UInt8>(repeating: 0)
    /// Two bits for each decode target, the first in the lowest.
    var indications: UInt64 = 0

    /// What the frame is to a decode target; targets that the structure does not have read as not present.
    public func indication(_ target: Int) -> DecodeTargetIndication {
        guard target >= 0, target < Limits.decodeTargets else { return .notPresent }
        return DecodeTargetIndication(rawValue: UInt8(indications >> UInt64(2 &* target) & 3)) ?? .notPresent
    }

    /// How many frames back a reference lies; 0 for an index that is not below `referenceCount`.
    public func reference(_ index: Int) -> UInt16 {
        index >= 0 && index < Int(referenceCount) ? references[index] : 0
    }

    /// How many frames back the one before in a chain lies; 0: the chain starts here.
    public func chain(_ index: Int) -> UInt8 { index >= 0 && index < Limits.decodeTargets ? chains[index] : 0 }
}

/// The layers a decode target consists of, and what keeps it decodable.
public struct DecodeTarget: Hashable, Sendable, BitwiseCopyable {
    /// The highest layers it contains.
    public internal(set) var spatialLayer: UInt8 = 0
    public internal(set) var temporalLayer: UInt8 = 0
    /// The chain whose unbroken frames keep it decodable; nothing without chains.
    public internal(set) var chain: UInt8 = 0
}

/// What a key frame's dependency descriptor says about all frames that follow (AV1 RTP specification §A.8.2,
/// `template_dependency_structure`). The caller keeps one per publication; descriptors cannot be read without it.
///
/// Some 5 KB of plain values, which is why it is passed `inout`.
public struct DependencyStructure: Sendable, BitwiseCopyable {
    public struct Resolution: Hashable, Sendable, BitwiseCopyable {
        public internal(set) var width: UInt32 = 0
        public internal(set) var height: UInt32 = 0
    }

    /// The identifier of the first template; they count up modulo 64.
    public internal(set) var templateIDOffset: UInt8 = 0
    /// 1 to `Limits.dependencyTemplates`; 0 before a structure came.
    public internal(set) var templateCount = 0
    /// 1 to `Limits.decodeTargets`.
    public internal(set) var decodeTargetCount = 0
    /// 0 to `decodeTargetCount`.
    public internal(set) var chainCount = 0
    /// 1 to `Limits.spatialLayers`.
    public internal(set) var spatialLayerCount = 0
    public internal(set) var hasResolutions = false
    var templates = InlineArray<64, FrameDependencies>(repeating: FrameDependencies())
    var targets = InlineArray<32, DecodeTarget>(repeating: DecodeTarget())
    var resolutions = InlineArray<4, Resolution>(repeating: Resolution())

    /// No structure: every descriptor that brings none is refused.
    public init() {}

    /// An empty target for an index that is not below `decodeTargetCount`.
    public func decodeTarget(_ index: Int) -> DecodeTarget {
        index >= 0 && index < decodeTargetCount ? targets[index] : DecodeTarget()
    }

    /// The size of a spatial layer's pictures; nil when the structure does not say.
    public func resolution(_ spatialLayer: Int) -> Resolution? {
        hasResolutions && spatialLayer >= 0 && spatialLayer < spatialLayerCount ? resolutions[spatialLayer] : nil
    }

    /// Which template an identifier means; nil for none.
    func template(_ id: UInt8) -> Int? {
        let index = Int((id &- templateIDOffset) & 0x3F)
        return index < templateCount ? index : nil
    }
}
