package dev.gantry.controller.ecs;

import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Idempotency;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes a request with a client token have one effect for a day, however often it is sent. */
final class ClientTokens {

    private static final Duration KEPT = Duration.ofHours(24);

    private ClientTokens() {}

    /**
     * One request under one token.
     *
     * @param key  null without a token
     * @param hash of the whole request
     */
    record Claim(@Nullable Key<Idempotency> key, ByteString hash) {

        /**
         * What the request made when it was sent before; empty when it is new.
         *
         * @throws RuntimeException the given refusal, when the token was used for another request
         */
        Optional<List<String>> replayed(
                Snapshot snapshot, Instant now, Supplier<? extends RuntimeException> otherRequest) {
            Optional<Idempotency> known =
                    record(snapshot).map(Versioned::value).filter(one -> one.getExpiresAtMs() > now.toEpochMilli());
            if (known.isPresent() && !known.get().getRequestSha256().equals(hash)) {
                throw otherRequest.get();
            }
            return known.map(Idempotency::getResultsList);
        }

        /** Adds the token to the transaction that makes {@code results}. */
        void keep(Transaction.Builder write, Snapshot snapshot, Instant now, List<String> results) {
            if (key == null) {
                return;
            }
            Idempotency value = Idempotency.newBuilder()
                    .setRequestSha256(hash)
                    .addAllResults(results)
                    .setExpiresAtMs(now.plus(KEPT).toEpochMilli())
                    .build();
            Optional<Versioned<Idempotency>> expired = record(snapshot);
            if (expired.isPresent()) {
                write.update(expired.get(), value);
            } else {
                write.create(key, value);
            }
        }

        private Optional<Versioned<Idempotency>> record(Snapshot snapshot) {
            return key == null ? Optional.empty() : snapshot.get(key);
        }
    }

    /** @param scope what the token is unique in, for example operation and cluster */
    static Claim claim(String scope, @Nullable String token, Object request) {
        ByteString hash = ByteString.copyFrom(sha256(EcsJson.tree(request).toString()));
        Key<Idempotency> key = token == null || token.isEmpty()
                ? null
                : Kinds.IDEMPOTENCY.key(scope, HexFormat.of().formatHex(sha256(token)));
        return new Claim(key, hash);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
