import STUN
import Units
import Wire

/// Who sent a request, shown by its MESSAGE-INTEGRITY.
struct Sender {
    let key: LongTermKey
    let integrity: IntegrityAlgorithm
    /// Of the whole username.
    let username: UserKey
    let user: UserKey
    /// Unix seconds until which the credential may make allocations.
    let expiry: UInt64
}

/// The long-term credential mechanism (RFC 8489 §9.2.4) with the credentials of `RESTCredentials`.
extension TURNServer {
    enum Authentication {
        case valid(Sender)
        case refused(TURNErrorCode)
    }

    /// The checks in the order of RFC 8489 §9.2.4. Nothing is stored, whatever comes.
    func authenticate(_ request: Request, _ bytes: Span<UInt8>) -> Authentication {
        let fields = request.fields
        guard let integrity = fields.integrity else { return .refused(.unauthenticated) }
        guard fields.username != nil || fields.userhash != nil, let realm = fields.realm, let nonce = fields.nonce
        else {
            return .refused(.badRequest)
        }
        guard
            case .good(let features) = nonces.verdict(on: bytes.extracting(nonce), from: request.path, at: request.now)
        else { return .refused(.staleNonce) }
        guard let algorithm = passwordAlgorithm(request, features, bytes) else { return .refused(.badRequest) }
        // Nobody is known by a USERHASH here: usernames are made up as they are needed.
        guard isRealm(bytes.extracting(realm)), let name = fields.username, name.count <= Limits.username,
            let sender = sender(request, bytes, bytes.extracting(name), integrity, algorithm)
        else { return .refused(.unauthenticated) }
        // The nonce has reached him: his address is not forged.
        budget.vouch(for: request.path.client.address, now: request.now)
        return .valid(sender)
    }

    /// How the client made its key. When the nonce told of PASSWORD-ALGORITHMS, they have to come back as they were sent,
    /// or somebody between has weakened them: nil, 400.
    private func passwordAlgorithm(
        _ request: Request,
        _ features: SecurityFeatures,
        _ bytes: Span<UInt8>
    ) -> PasswordAlgorithm? {
        guard features.contains(.passwordAlgorithms) else { return .md5 }
        switch (request.fields.passwordAlgorithm, request.fields.passwordAlgorithms) {
        case (nil, nil): return .md5
        case (let chosen?, let offered?):
            guard isOffer(bytes.extracting(offered)) else { return nil }
            return request.message.passwordAlgorithm(of: chosen, in: bytes)
        default: return nil
        }
    }

    private func isOffer(_ bytes: Span<UInt8>) -> Bool {
        let offer = PasswordAlgorithm.offer
        guard bytes.count == offer.count else { return false }
        for index in offer.indices where bytes[index] != offer[index] { return false }
        return true
    }

    private func isRealm(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count == realm.count else { return false }
        for index in realm.indices where bytes[index] != realm[index] { return false }
        return true
    }

    /// Nil when no key verifies the request.
    private func sender(
        _ request: Request,
        _ bytes: Span<UInt8>,
        _ name: Span<UInt8>,
        _ integrity: IntegrityAlgorithm,
        _ algorithm: PasswordAlgorithm
    ) -> Sender? {
        guard let parts = RESTUsername(name) else { return nil }
        let username = UserKey(participant: name)
        func sender(_ key: LongTermKey) -> Sender {
            Sender(key: key, integrity: integrity, username: username, user: parts.user, expiry: parts.expiry)
        }
        // Whoever has the allocation has shown the password once; its key is kept.
        if let index = store.find(request.path), store.allocations[index].username == username,
            store.allocations[index].key.algorithm == algorithm
        {
            let key = store.allocations[index].key
            return key.verifies(request.message, integrity, in: bytes) ? sender(key) : nil
        }
        for secret in configuration.secrets.prefix(2) {
            let password = RESTCredentials.password(of: name, secret: secret.span)
            let key = LongTermKey(algorithm, username: name, realm: realm.span, password: password.span)
            if key.verifies(request.message, integrity, in: bytes) { return sender(key) }
        }
        return nil
    }
}
