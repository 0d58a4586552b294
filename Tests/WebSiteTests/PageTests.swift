import HTTPTypes
import Hummingbird
import Testing

@testable import WebSite

@Suite("Pages and API")
struct PageTests {
    @Test("Home and a room show the same page, never stored", arguments: ["/", "/r/blue-sky-1"])
    func pages(path: String) async throws {
        let answer = try await Browser().ask(path)
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "text/html; charset=utf-8")
        #expect(answer["Cache-Control"] == "no-store")
        #expect(answer.text.contains("<!doctype html>"))
    }

    @Test(
        "A bad room name gets 404 and a page that says why, without a script",
        arguments: ["/r/", "/r/Upper", "/r/a%20b", "/r/a/b", "/r/ü", "/r/" + String(repeating: "a", count: 65)]
    )
    func badRoomName(path: String) async throws {
        let answer = try await Browser().ask(path)
        #expect(answer.status == 404)
        #expect(answer["Content-Type"] == "text/html; charset=utf-8")
        #expect(answer.text.contains("1 to 64 characters"))
        #expect(!answer.text.contains("<script"))
    }

    @Test("A browser gets a page for what is not there, a program a problem in JSON")
    func notFound() async throws {
        let browser = Browser()
        let page = try await browser.ask("/nothing", headers: [.accept: "text/html,*/*;q=0.8"])
        #expect(page.status == 404 && page["Content-Type"] == "text/html; charset=utf-8")
        let problem = try await browser.ask("/nothing", headers: [.accept: "*/*"])
        #expect(problem.status == 404 && problem["Content-Type"] == "application/problem+json")
        #expect(problem.text.contains(#""status":404"#))
        let api = try await browser.ask("/api/rooms/UPPER", headers: [.accept: "text/html"])
        #expect(api.status == 404 && api["Content-Type"] == "application/problem+json")
    }

    @Test("Other methods are 405 where there is something to read, and 404 elsewhere")
    func methods() async throws {
        let browser = Browser()
        for path in ["/", "/r/room", "/healthz", "/api/rooms/room", "/index.js"] {
            let answer = try await browser.ask(path, method: .post)
            #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD", "\(path)")
        }
        #expect(try await browser.ask("/nothing", method: .post).status == 404)
    }

    @Test(
        "HEAD gives the headers of GET and no body",
        arguments: ["/", "/r/room", "/healthz", "/index.js", "/nothing"]
    )
    func head(path: String) async throws {
        let browser = Browser()
        let get = try await browser.ask(path)
        let head = try await browser.ask(path, method: .head)
        #expect(head.status == get.status && head.body.isEmpty)
        #expect(head.headers == get.headers)
    }

    @Test("Health is ok, and 503 while draining")
    func health() async throws {
        var configuration = Browser.configuration()
        let ok = try await Browser(configuration).ask("/healthz")
        #expect(ok.status == 200 && ok.text == #"{"status":"ok","version":"1.2.3"}"#)
        configuration.isDraining = { true }
        let draining = try await Browser(configuration).ask("/healthz")
        #expect(draining.status == 503 && draining.text == #"{"status":"draining","version":"1.2.3"}"#)
    }

    @Test("A glance tells who is inside; a locked room or one with a lobby only how many")
    func glance() async throws {
        var configuration = Browser.configuration()
        configuration.glance = { room in
            RoomGlance(count: 2, names: ["Ana", "Bo"], locked: room == "locked", lobby: room == "lobby")
        }
        let browser = Browser(configuration)
        let open = try await browser.ask("/api/rooms/open")
        #expect(
            open.text
                == #"{"count":2,"lobby":false,"locked":false,"names":["Ana","Bo"],"participants":[{"name":"Ana"},{"name":"Bo"}]}"#
        )
        #expect(open["Cache-Control"] == "no-store" && open["Content-Type"] == "application/json")
        #expect(try await browser.ask("/api/rooms/locked").text == #"{"count":2,"lobby":false,"locked":true}"#)
        #expect(try await browser.ask("/api/rooms/lobby").text == #"{"count":2,"lobby":true,"locked":false}"#)
    }

    @Test("A room that does not exist looks like an empty one")
    func unknownRoom() async throws {
        let answer = try await Browser().ask("/api/rooms/nobody")
        #expect(answer.status == 200 && answer.text.contains(#""count":0"#))
    }

    @Test("An error of ours is 500 without its text, as page or problem")
    func serverError() async throws {
        struct Secret: Error {}
        let browser = Browser(adding: { $0.get("boom") { _, _ -> String in throw Secret() } })
        let answer = try await browser.ask("/boom")
        #expect(answer.status == 500 && answer["Content-Type"] == "application/problem+json")
        #expect(!answer.text.contains("Secret"))
        #expect(try await browser.ask("/boom", headers: [.accept: "text/html"]).text.contains("on our side"))
    }

    @Test("A route added later wins over the site's catch-all and carries the headers")
    func laterRoute() async throws {
        let answer = try await Browser(adding: { $0.get("ws") { _, _ in "mine" } }).ask("/ws")
        #expect(answer.text == "mine" && answer["X-Content-Type-Options"] == "nosniff")
    }
}
