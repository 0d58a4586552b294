import Testing
import Units

@testable import ICE

@Suite("ICE: agent and client over a bad link")
struct ICEClientTests {
    /// What is on its way, with the time of its arrival.
    private struct Packet {
        var path: FiveTuple
        var bytes: [UInt8]
        var isToServer: Bool
        var arrival: UInt64
    }

    /// Both ends and a link that loses, delays and doubles by a seed.
    private struct World {
        var generator: Generator
        var link: Link
        var client: ICEClient
        var packets: [Packet] = []
        var now: UInt64 = 1_000_000_000
        let loss: UInt64
        var events: [ICEEvent] = []

        init(seed: UInt64, loss: UInt64) {
            generator = Generator(state: seed)
            link = Link(seed: seed)
            client = ICEClient(local: Link.remote, remote: link.server, seed: seed)
            self.loss = loss
        }

        mutating func send(_ path: FiveTuple, _ bytes: [UInt8], isToServer: Bool) {
            let copies = generator.next() % 100 < 10 ? 2 : 1
            for _ in 0..<copies where generator.next() % 100 >= loss {
                let arrival = now + 5_000_000 + generator.next() % 60_000_000
                packets.append(Packet(path: path, bytes: bytes, isToServer: isToServer, arrival: arrival))
            }
        }

        mutating func drain() {
            var room = [UInt8](repeating: 0, count: 1_024)
            while true {
                var span = room.mutableSpan
                guard let (path, count) = client.poll(at: Timestamp(nanoseconds: now), into: &span) else { return }
                send(path, Array(room[..<count]), isToServer: true)
            }
        }

        mutating func run(until end: UInt64, while condition: (World) -> Bool) {
            drain()
            while condition(self), now < end {
                let due = client.nextDeadline?.nanoseconds ?? end
                let next = packets.indices.min { packets[$0].arrival < packets[$1].arrival }
                if let next, packets[next].arrival <= due {
                    let packet = packets.remove(at: next)
                    now = max(now, packet.arrival)
                    deliver(packet)
                } else {
                    now = max(now, due)
                }
                drain()
            }
        }

        mutating func deliver(_ packet: Packet) {
            link.seconds = Double(now) / 1e9
            if packet.isToServer {
                let reply = link.receive(packet.bytes, on: packet.path)
                if reply.event != .none { events.append(reply.event) }
                for bytes in [reply.check, reply.answer] where !bytes.isEmpty {
                    send(packet.path, bytes, isToServer: false)
                }
            } else {
                _ = client.receive(packet.bytes.span, on: packet.path, at: Timestamp(nanoseconds: now))
            }
        }
    }

    @Test("With 30 % loss, delay and doubled packets both ends agree on a path, in every one of 300 worlds")
    func agree() {
        var slowest: UInt64 = 0
        for seed in UInt64(1)...300 {
            var world = World(seed: seed, loss: 30)
            for number in 1...3 { world.client.add(Link.path(number), at: Timestamp(nanoseconds: world.now)) }
            world.run(until: 31_000_000_000) {
                $0.client.selected == nil || $0.link.agent.selected != $0.client.selected
            }
            #expect(world.client.selected != nil && world.link.agent.selected == world.client.selected, "seed \(seed)")
            slowest = max(slowest, world.now - 1_000_000_000)
        }
        print("slowest: \(slowest / 1_000_000) ms")
    }

    @Test("When an address goes, the client nominates another and the agent follows")
    func moves() {
        for seed in UInt64(1)...50 {
            var world = World(seed: seed, loss: 20)
            world.client.add(Link.path(1), at: Timestamp(nanoseconds: world.now))
            world.run(until: 20_000_000_000) { $0.link.agent.selected == nil || $0.client.selected == nil }
            world.client.remove(client: Link.path(1).client)
            world.client.add(Link.path(2), at: Timestamp(nanoseconds: world.now))
            world.run(until: world.now + 20_000_000_000) { $0.link.agent.selected != Link.path(2) }
            #expect(world.link.agent.selected == Link.path(2), "seed \(seed)")
        }
    }

    @Test("Consent goes on: for a minute the agent never finds the client lost")
    func consent() {
        var world = World(seed: 9, loss: 20)
        world.client.add(Link.path(1), at: Timestamp(nanoseconds: world.now))
        world.run(until: 61_000_000_000) { world in
            var agent = world.link.agent
            return agent.expire(at: Timestamp(nanoseconds: world.now)) == .none
        }
        #expect(world.now >= 61_000_000_000)
    }
}
