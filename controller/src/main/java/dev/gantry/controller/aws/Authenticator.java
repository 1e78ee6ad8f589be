package dev.gantry.controller.aws;

import dev.gantry.controller.http.HttpRequest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds out who sent a request. The same for the AWS services and for Gantry's own paths. */
public final class Authenticator {

    /** Whether signatures are checked. */
    public enum Mode {
        SIGV4,
        /** Any key and any signature will do, or none: for a laptop only. */
        NONE
    }

    /**
     * What every caller of this installation shares.
     *
     * @param account twelve digits
     * @param region  for callers without a signature, which could name one
     */
    public record Realm(String account, String region, Mode mode) {}

    private final Realm realm;
    private final AccessKeys keys;
    private final InstantSource clock;
    private final Supplier<String> requestIds;

    public Authenticator(Realm realm, AccessKeys keys, InstantSource clock, Supplier<String> requestIds) {
        this.realm = realm;
        this.keys = keys;
        this.clock = clock;
        this.requestIds = requestIds;
    }

    /** @throws AwsException when the signature is missing or does not hold */
    public Caller authenticate(HttpRequest request) {
        return prove(request, requestIds.get()).caller();
    }

    /**
     * Who sent a request, and for what it was signed.
     *
     * @param service in the signature's scope; empty when nothing is required of signatures
     */
    record Proof(Caller caller, Optional<String> service) {

        /** Refuses a signature that was made for another service. */
        void requireService(String signingName) {
            if (service.isPresent() && !service.get().equals(signingName)) {
                throw SignatureClaim.invalid("Credential should be scoped to correct service: '" + signingName + "'.");
            }
        }
    }

    Proof prove(HttpRequest request, String requestId) {
        SigV4.Request received = received(request);
        if (realm.mode() == Mode.NONE) {
            return new Proof(anybody(received, requestId), Optional.empty());
        }
        SignatureClaim claim = SignatureClaim.of(received);
        AccessKey key = keys.find(claim.accessKeyId()).orElseThrow(SignatureCheck::unknownKey);
        SignatureCheck.verify(received, claim, key, clock.instant());
        return new Proof(
                new Caller(realm.account(), claim.scope().region(), key.principalArn(), requestId),
                Optional.of(claim.scope().service()));
    }

    private Caller anybody(SigV4.Request received, String requestId) {
        String region = realm.region();
        try {
            region = SignatureClaim.of(received).scope().region();
        } catch (AwsException _) {
            // Nothing is required of the signature in this mode, not even that there is one.
        }
        return new Caller(realm.account(), region, "arn:aws:iam::" + realm.account() + ":root", requestId);
    }

    private static SigV4.Request received(HttpRequest request) {
        return new SigV4.Request(request.method(), request.target(), request.headers(), request.body());
    }
}
