import CLinux
import Glibc

/// A thread that runs a body once. `join` waits for its end.
struct WorkerThread: Sendable {
    private let thread: pthread_t

    /// What the thread gets, and lets go of.
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts it. `name`: at most 15 bytes, as `top -H` shows it.
    init(name: String, _ run: @escaping @Sendable () -> Void) throws(SystemError) {
        let body = unsafe Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let result = unsafe linux_thread_start(
            &thread,
            name,
            Limits.stackBytes,
            { context in
                if let context = unsafe context { unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            body.toOpaque()
        )
        guard result >= 0 else {
            unsafe body.release()
            throw SystemError(number: -result, call: "pthread_create")
        }
        self.thread = thread
    }

    /// Blocks until the body has returned; the thread's memory is free then. To be called once.
    func join() { pthread_join(thread, nil) }
}
