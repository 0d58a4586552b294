import Testing

@testable import TURN

@Suite("TURN credentials")
struct CredentialsTests {
    @Test("The password is base64 of HMAC-SHA1 of the username, as other implementations compute it")
    func vector() {
        // printf '1800000000:kevin' | openssl dgst -sha1 -hmac north -binary | base64
        let credentials = RESTCredentials(participant: "kevin", expiry: 1_800_000_000, secret: Array("north".utf8))
        #expect(credentials.username == "1800000000:kevin")
        #expect(credentials.password == "vuCiJVpib52EW2NzOpE+OfdMOlQ=")
    }

    @Test("A password is valid for its username and secret only")
    func verification() {
        let credentials = RESTCredentials(participant: "kevin", expiry: 1, secret: [1])
        func isValid(_ name: String, _ password: String, _ secret: [UInt8]) -> Bool {
            RESTCredentials.isValid(username: name, password: password, secret: secret)
        }
        #expect(isValid(credentials.username, credentials.password, [1]))
        #expect(!isValid(credentials.username + "a", credentials.password, [1]))
        #expect(!isValid(credentials.username, credentials.password + "=", [1]))
        #expect(!isValid(credentials.username, credentials.password, [2]))
        #expect(!isValid(credentials.username, "", [1]))
    }

    @Test("All credentials of a participant have one user key, whatever colons are in the name")
    func userKey() {
        for name in ["kevin", "a:b", ":", "🙂"] {
            for expiry: UInt64 in [0, 5, 999_999_999_999] {
                let username = Array(RESTCredentials(participant: name, expiry: expiry, secret: [1]).username.utf8)
                let parts = RESTUsername(username.span)
                #expect(parts?.expiry == expiry && parts?.user == UserKey(participant: name))
            }
        }
        #expect(UserKey(participant: "kevin") != UserKey(participant: "Kevin"))
    }

    @Test("A user key is 128 bits of SHA-256")
    func userKeyVector() {
        // printf abc | sha256sum
        #expect(UserKey(participant: "abc") == UserKey(high: 0xBA78_16BF_8F01_CFEA, low: 0x4141_40DE_5DAE_2223))
    }

    @Test("Revocations count up to their time, and the one that is over first makes room")
    func revocations() {
        var revocations = Revocations(limit: 2)
        let users = ["a", "b", "c"].map(UserKey.init(participant:))
        revocations.insert(users[0], until: 100, at: 0)
        #expect(revocations.contains(users[0], expiry: 100) && !revocations.contains(users[0], expiry: 101))
        revocations.insert(users[0], until: 50, at: 0)
        #expect(revocations.contains(users[0], expiry: 100))
        revocations.insert(users[1], until: 200, at: 0)
        revocations.insert(users[2], until: 300, at: 0)
        #expect(revocations.count == 2 && !revocations.contains(users[0], expiry: 100))
        #expect(revocations.contains(users[1], expiry: 200) && revocations.contains(users[2], expiry: 300))
    }
}
