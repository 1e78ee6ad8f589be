package dev.gantry.controller.aws;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Decides whether a received request was signed with the key it names. Pure; refusals have AWS's words. */
final class SignatureCheck {

    /** How far the clocks of client and server may be apart. */
    static final Duration SKEW_MAX = Duration.ofMinutes(15);

    private static final String MISMATCH =
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                    + "Access Key and signing method. Consult the service documentation for details.";

    private SignatureCheck() {}

    /** @throws AwsException when the signature does not hold */
    static void verify(SigV4.Request request, SignatureClaim claim, AccessKey key, Instant now) {
        requireToken(claim, key, now);
        requireFresh(claim, now);
        requireCoverage(request, claim);
        String canonical = new CanonicalRequest(
                        request.method(), request.target(), request.headers(), claim.signedHeaders(), bodyHash(request))
                .text();
        String expected = SigV4.signature(key.secretKey(), claim.scope(), claim.time(), canonical);
        // In constant time, so that the answer's delay does not tell how much of a guess was right.
        if (!MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8), claim.signature().getBytes(StandardCharsets.UTF_8))) {
            throw SignatureClaim.invalid(MISMATCH);
        }
    }

    /** The key is not known, or not with this token; the two cannot be told apart by the answer. */
    static AwsException unknownKey() {
        return new AwsException(
                "UnrecognizedClientException", 403, "The security token included in the request is invalid.");
    }

    private static void requireToken(SignatureClaim claim, AccessKey key, Instant now) {
        String sent = claim.sessionToken() == null ? "" : claim.sessionToken();
        String known = key.sessionToken() == null ? "" : key.sessionToken();
        if (!MessageDigest.isEqual(known.getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8))) {
            throw unknownKey();
        }
        if (key.expires() != null && !now.isBefore(key.expires())) {
            throw new AwsException(
                    "ExpiredTokenException", 403, "The security token included in the request is expired");
        }
    }

    private static void requireFresh(SignatureClaim claim, Instant now) {
        Instant signed = claim.signedAt();
        if (signed.isAfter(now.plus(SKEW_MAX))) {
            throw new AwsException(
                    "InvalidSignatureException",
                    "Signature not yet current: " + claim.time() + " is still later than "
                            + SigV4.TIME.format(now.plus(SKEW_MAX)) + " (" + SigV4.TIME.format(now) + " + "
                            + SKEW_MAX.toMinutes() + " min.)");
        }
        if (claim.expires() != null) {
            Instant end = signed.plus(claim.expires());
            if (now.isAfter(end)) {
                throw new AwsException(
                        "RequestExpired",
                        "Request has expired: it was good until " + SigV4.TIME.format(end) + " and it is "
                                + SigV4.TIME.format(now) + " now.");
            }
        } else if (signed.isBefore(now.minus(SKEW_MAX))) {
            throw new AwsException(
                    "InvalidSignatureException",
                    "Signature expired: " + claim.time() + " is now earlier than "
                            + SigV4.TIME.format(now.minus(SKEW_MAX)) + " (" + SigV4.TIME.format(now) + " - "
                            + SKEW_MAX.toMinutes() + " min.)");
        }
    }

    /** What is not signed could have been changed on the way, and what is sent twice could be read in two ways. */
    private static void requireCoverage(SigV4.Request request, SignatureClaim claim) {
        if (!claim.signedHeaders().contains("host")) {
            throw SignatureClaim.invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        }
        for (String name : request.headers().names()) {
            if (name.startsWith("x-amz-") && !claim.signedHeaders().contains(name)) {
                throw SignatureClaim.invalid("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.");
            }
        }
        for (String name : claim.signedHeaders()) {
            List<String> values = request.headers().all(name);
            if (values.isEmpty()) {
                throw SignatureClaim.invalid("The signed header '" + name + "' was not sent.");
            }
            if (values.size() > 1) {
                throw SignatureClaim.invalid("The signed header '" + name + "' was sent more than once.");
            }
        }
    }

    private static String bodyHash(SigV4.Request request) {
        String actual = SigV4.sha256(request.body().bytes());
        String told = request.headers().first("X-Amz-Content-Sha256").orElse(actual);
        if (told.startsWith("STREAMING-")) {
            throw SignatureClaim.invalid("Gantry does not take bodies signed in chunks ('" + told + "').");
        }
        if (!told.equals(SigV4.UNSIGNED_PAYLOAD) && !told.equals(actual)) {
            throw SignatureClaim.invalid(
                    "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }
        return told;
    }
}
