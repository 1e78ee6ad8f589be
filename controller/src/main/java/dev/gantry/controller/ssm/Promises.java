package dev.gantry.controller.ssm;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ExecSession;
import dev.gantry.store.Commit.Committed;
import dev.gantry.store.Commit.Conflicted;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Optional;

/** The sessions that ExecuteCommand has promised. Each is redeemed once, whichever controllers are asked. */
record Promises(Store store, InstantSource clock) {

    private static final String ID = "ecs-execute-command-[0-9a-f]{1,64}";

    /** Whether there is one of this id to be begun yet; who begins it must have its token besides. */
    boolean has(String id) {
        return find(id).isPresent();
    }

    /** Redeems it; empty when the token is wrong, it is too late, or somebody was faster. */
    Optional<ExecSession> redeem(String id, String token) throws InterruptedException {
        Optional<Versioned<ExecSession>> promised = find(id).filter(one ->
                MessageDigest.isEqual(one.value().getTokenSha256().toByteArray(), sha256(token)));
        if (promised.isEmpty()) {
            return Optional.empty();
        }
        return switch (store.commit(Transaction.builder().delete(promised.get()).build())) {
            case Committed _ -> Optional.of(promised.get().value());
            case Conflicted _ -> Optional.empty();
        };
    }

    private Optional<Versioned<ExecSession>> find(String id) {
        return id.matches(ID)
                ? store.snapshot()
                        .get(Kinds.EXEC_SESSION.key("", id))
                        .filter(one -> one.value().getExpiresAtMs() > clock.millis())
                : Optional.empty();
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
