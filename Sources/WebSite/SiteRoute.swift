/// What a path asks for. Read from the path as it came, never decoded: no spelling of a path can name anything but a key
/// of the table of files, and what is not in the table is 404.
enum SiteRoute: Equatable {
    case home
    case meeting
    /// `/r/` with something that is no room name.
    case badRoomName
    case health
    case glance(room: String)
    /// A key of the table of files, perhaps.
    case file(path: String)

    init(path: String, isRoomName: (String) -> Bool) {
        if path == "/" {
            self = .home
        } else if path == "/healthz" {
            self = .health
        } else if path.hasPrefix("/r/") {
            self = isRoomName(String(path.dropFirst("/r/".count))) ? .meeting : .badRoomName
        } else if path.hasPrefix("/api/rooms/") {
            let room = String(path.dropFirst("/api/rooms/".count))
            self = isRoomName(room) ? .glance(room: room) : .badRoomName
        } else {
            self = .file(path: path)
        }
    }
}
