import NIOCore

/// The way from any thread to a connection's handler, which lives on one event loop. Empty before the upgrade and after the end.
final class WebSocketHandlerReference: Sendable {
    let eventLoop: any EventLoop
    private let box: NIOLoopBoundBox<WebSocketHandler?>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        box = .makeEmptyBox(valueType: WebSocketHandler.self, eventLoop: eventLoop)
    }

    /// On the event loop only.
    var handler: WebSocketHandler? {
        get { box.value }
        set { box.value = newValue }
    }

    /// Runs `action` soon on the event loop, never at once, if the handler is there by then.
    func perform(_ action: @escaping @Sendable (WebSocketHandler) -> Void) {
        eventLoop.execute {
            if let handler = self.handler { action(handler) }
        }
    }
}
