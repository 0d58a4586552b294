// fuzz-sources: Sources/WebSite/SiteRoute.swift

import Meeting

/// Whatever a path is, it names a page, a valid room or a key of the table of files; never anything decoded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let path = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    switch SiteRoute(path: path, isRoomName: { RoomName($0) != nil }) {
    case .home, .meeting, .badRoomName, .health: break
    case .glance(let room): precondition(RoomName(room) != nil, "a glance into no room")
    case .file(let key): precondition(key == path, "a path was changed")
    }
    return 0
}
