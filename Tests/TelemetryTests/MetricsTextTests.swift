import Testing

@testable import Telemetry

@Suite("The text of the metrics")
struct MetricsTextTests {
    @Test("A counter and a gauge are written with help and type, whole numbers without a fraction")
    func simple() {
        var metrics = MetricsText()
        metrics.counter("a_total", "Things.", 7)
        metrics.gauge("b_seconds", "Time.", 0.25)
        #expect(
            metrics.text == """
                # HELP a_total Things.
                # TYPE a_total counter
                a_total 7
                # HELP b_seconds Time.
                # TYPE b_seconds gauge
                b_seconds 0.25

                """
        )
    }

    @Test("A family has one head, and a line for each label")
    func labels() {
        var metrics = MetricsText()
        metrics.counter("c_total", "Drops.", by: "layer", "reason", [("x", [("a", 1), ("b", 2)]), ("y", [("a", 3)])])
        #expect(
            metrics.text == """
                # HELP c_total Drops.
                # TYPE c_total counter
                c_total{layer="x",reason="a"} 1
                c_total{layer="x",reason="b"} 2
                c_total{layer="y",reason="a"} 3

                """
        )
    }

    @Test("Quotes, backslashes and line ends of a label cannot end it")
    func escaping() {
        var metrics = MetricsText()
        metrics.gauge("d", "A \\ and\na line.", by: "l", [("a\"b\\c\nd", 1)])
        #expect(metrics.text.contains(#"# HELP d A \\ and\na line."#))
        #expect(metrics.text.contains(#"d{l="a\"b\\c\nd"} 1"#))
    }

    @Test("Buckets count what lies in those below them too; the last has everything")
    func histogram() {
        var histogram = Histogram(bounds: [0.5, 1])
        for value in [0.25, 0.5, 0.75, 8] { histogram.observe(value) }
        var metrics = MetricsText()
        metrics.histogram("e_seconds", "Time.", histogram)
        #expect(
            metrics.text == """
                # HELP e_seconds Time.
                # TYPE e_seconds histogram
                e_seconds_bucket{le="0.5"} 2
                e_seconds_bucket{le="1"} 3
                e_seconds_bucket{le="+Inf"} 4
                e_seconds_sum 9.5
                e_seconds_count 4

                """
        )
    }

    @Test("What the kernel says of the process is read; what cannot be read is left out")
    func process() {
        let usage = ProcessUsage.now()
        #expect(usage.residentBytes.map { $0 > 1 << 20 } == true)
        #expect(usage.processorSeconds.map { $0 > 0 } == true)
        #expect(usage.openDescriptors.map { $0 > 2 } == true)
        #expect(usage.descriptorLimit.map { $0 > 2 } == true)
        #expect(usage.startSeconds.map { $0 > 1_700_000_000 } == true)
        #expect(ProcessUsage.residentBytes(of: "100 25 3", page: 4_096) == 102_400)
        #expect(ProcessUsage.residentBytes(of: nil, page: 4_096) == nil)
        // The program's name holds blanks and brackets.
        let stat = "7 (a) b) S " + (4...21).map(String.init).joined(separator: " ") + " 500 0"
        #expect(ProcessUsage.startSeconds(stat: stat, machine: "cpu 1\nbtime 1000\n", ticks: 100) == 1_005)
        #expect(ProcessUsage.startSeconds(stat: "7 (a) S", machine: "btime 1000", ticks: 100) == nil)
    }
}
