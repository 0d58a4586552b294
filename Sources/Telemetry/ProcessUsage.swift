import Glibc

/// What this process takes of the machine, as the kernel says. Numbers that cannot be read are nil.
public struct ProcessUsage: Sendable {
    /// Bytes in memory.
    public var residentBytes: Int?
    /// Seconds of processor time, its own and the kernel's for it.
    public var processorSeconds: Double?
    public var openDescriptors: Int?
    public var descriptorLimit: Int?
    /// Unix time of its start, in seconds.
    public var startSeconds: Double?

    /// Reads a few files of `/proc`: microseconds.
    public static func now() -> ProcessUsage {
        ProcessUsage(
            residentBytes: residentBytes(of: text(of: "/proc/self/statm"), page: sysconf(Int32(_SC_PAGESIZE))),
            processorSeconds: processorSeconds(),
            openDescriptors: openDescriptors(),
            descriptorLimit: descriptorLimit(),
            startSeconds: startSeconds(
                stat: text(of: "/proc/self/stat"),
                machine: text(of: "/proc/stat"),
                ticks: sysconf(Int32(_SC_CLK_TCK))
            )
        )
    }

    /// The second field of proc_pid_statm(5), in pages.
    static func residentBytes(of statm: String?, page: Int) -> Int? {
        guard let fields = statm?.split(separator: " "), fields.count > 1 else { return nil }
        return Int(fields[1]).map { $0 * page }
    }

    /// The 22nd field of proc_pid_stat(5), ticks after the machine's `btime`. The name, second, may hold anything, and
    /// ends with the last bracket.
    static func startSeconds(stat: String?, machine: String?, ticks: Int) -> Double? {
        guard let stat, let end = stat.lastIndex(of: ")"), ticks > 0 else { return nil }
        let fields = stat[end...].split(separator: " ")
        let booted = machine?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard fields.count > 20, let started = Double(fields[20]), let booted, let base = Double(booted.dropFirst(6))
        else { return nil }
        return base + started / Double(ticks)
    }

    private static func processorSeconds() -> Double? {
        var usage = rusage()
        guard unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static func openDescriptors() -> Int? {
        guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        return max(count - 3, 0)  // itself, "." and ".."
    }

    private static func descriptorLimit() -> Int? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// A file of `/proc`, at most 64 KiB of it.
    private static func text(of path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        while count < bytes.count {
            let read = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe Glibc.read(descriptor, room.baseAddress.map { unsafe $0 + count }, room.count - count)
            }
            guard read > 0 else { break }
            count += read
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
