package dev.gantry.controller.identity;

import com.google.protobuf.ByteString;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.JoinToken;
import dev.gantry.store.Commit;
import dev.gantry.store.Images;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Tokens that admit one node each, or as many as was asked for: {@code GANTRY1-<hash of the authority>-<id>.<secret>}. The hash
 * lets the node know the cluster before it says the secret. The store holds a hash of the secret only.
 */
public final class JoinTokens {

    public static final Duration LIFE = Duration.ofHours(1);
    public static final Duration LIFE_MAX = Duration.ofDays(30);
    public static final int USES_MAX = 10_000;

    private static final int ID_BYTES = 6;
    private static final int SECRET_BYTES = 16;
    private static final int LIVE_MAX = 1000;
    private static final int FORGOTTEN_AT_ONCE = 50;
    private static final int ATTEMPTS = 10;
    private static final int WRONG_TRIES = 5;
    private static final Duration NEWS_WITHIN = Duration.ofSeconds(2);
    // Kept a while beyond their end, so that a late use is told what is wrong.
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private final Store store;
    private final Authority authority;
    private final InstantSource clock;
    private final SecureRandom chance;
    private final Tries tries = new Tries(WRONG_TRIES, Duration.ofMinutes(1));

    public JoinTokens(Store store, Authority authority, InstantSource clock, SecureRandom chance) {
        this.store = store;
        this.authority = authority;
        this.clock = clock;
        this.chance = chance;
    }

    /** A new token for one node. This is the only time that its secret is seen. */
    public String issue(Duration life) throws InterruptedException {
        return issue(life, 1);
    }

    /** The same for so many nodes. */
    public String issue(Duration life, int uses) throws InterruptedException {
        if (life.isNegative() || life.isZero() || life.compareTo(LIFE_MAX) > 0) {
            throw new RefusedException(
                    RefusedException.Reason.INVALID,
                    "a join token lives for up to " + LIFE_MAX.toDays() + " days, was " + life);
        }
        if (uses < 1 || uses > USES_MAX) {
            throw new RefusedException(
                    RefusedException.Reason.INVALID, "a join token admits 1 to " + USES_MAX + " nodes, was " + uses);
        }
        Instant now = clock.instant();
        Snapshot image = store.snapshot();
        forgetOld(image, now);
        if (image.count(Kinds.JOIN_TOKEN) >= LIVE_MAX) {
            throw new RefusedException(
                    RefusedException.Reason.CONFLICT,
                    "there are " + LIVE_MAX + " join tokens already; wait until some have expired");
        }
        String id = HexFormat.of().formatHex(random(ID_BYTES));
        byte[] secret = random(SECRET_BYTES);
        JoinToken token = JoinToken.newBuilder()
                .setId(id)
                .setSecretSha256(ByteString.copyFrom(Hash.sha256(secret)))
                .setExpiresAtMs(now.plus(life).toEpochMilli())
                .setUses(uses)
                .build();
        Transaction write = Transaction.builder().create(key(id), token).build();
        return switch (store.commit(write)) {
            case Commit.Committed _ ->
                "GANTRY1-" + authority.fingerprint() + "-" + id + "."
                        + HexFormat.of().formatHex(secret);
            case Commit.Conflicted(Key<?> taken) -> throw new UnavailableException(taken + " exists; try again");
        };
    }

    /**
     * Whether a token would admit a node now, before anything costly is done for its bearer.
     *
     * @param address where the caller is, to slow down those who guess
     * @throws RefusedException saying why it would not
     */
    public void check(String id, byte[] secret, String address) {
        if (!tries.mayTry(address, clock.instant())) {
            throw new RefusedException(
                    RefusedException.Reason.DENIED,
                    "too many wrong join tokens from " + address + "; wait a minute and try again");
        }
        refuseWorn(verified(store.snapshot(), id, secret, address).value(), clock.instant());
    }

    /**
     * Uses a token for a node, and so up where it admits one.
     *
     * @param address where the caller is
     * @throws RefusedException saying why the token admits nobody
     */
    public void redeem(String id, byte[] secret, String nodeId, String address) throws InterruptedException {
        check(id, secret, address);
        Snapshot image = store.snapshot();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Instant now = clock.instant();
            Versioned<JoinToken> token = verified(image, id, secret, address);
            refuseWorn(token.value(), now);
            JoinToken used = token.value().toBuilder()
                    .setUsedBy(nodeId)
                    .setUsed(used(token.value()) + 1)
                    .build();
            switch (store.commit(Transaction.builder().update(token, used).build())) {
                case Commit.Committed _ -> {
                    return;
                }
                case Commit.Conflicted _ -> image = Images.newerThan(store, image, NEWS_WITHIN);
            }
        }
        throw new UnavailableException("join token " + id + " is being changed by somebody else; try again");
    }

    private Versioned<JoinToken> verified(Snapshot image, String id, byte[] secret, String address) {
        byte[] given = Hash.sha256(secret);
        Optional<Versioned<JoinToken>> token = id.matches("[0-9a-f]{1,64}") ? image.get(key(id)) : Optional.empty();
        boolean right = token.isPresent()
                && MessageDigest.isEqual(
                        given, token.get().value().getSecretSha256().toByteArray());
        if (!right) {
            tries.wrong(address, clock.instant());
            // One text for both, so that nobody learns which ids exist.
            throw new RefusedException(
                    RefusedException.Reason.DENIED,
                    "the join token is unknown here; it was mistyped, is of another cluster, or expired long ago");
        }
        return token.get();
    }

    private void refuseWorn(JoinToken token, Instant now) {
        int uses = Math.max(1, token.getUses());
        if (used(token) >= uses) {
            String worn = uses == 1
                    ? " was used already, by node " + token.getUsedBy() + "; each node needs its own: gantry token"
                    : " has admitted the " + uses
                            + " nodes that it was made for; make a new one: gantry token --uses K";
            throw new RefusedException(RefusedException.Reason.DENIED, "join token " + token.getId() + worn);
        }
        Instant end = Instant.ofEpochMilli(token.getExpiresAtMs());
        if (!now.isBefore(end)) {
            throw new RefusedException(
                    RefusedException.Reason.DENIED,
                    "join token " + token.getId() + " expired at " + end + "; make a new one: gantry token");
        }
    }

    /** A token that was used before there was a count admitted one. */
    private static int used(JoinToken token) {
        return token.getUsedBy().isEmpty() ? 0 : Math.max(1, token.getUsed());
    }

    /** A conflict means that somebody else tidies up, which serves as well. */
    private void forgetOld(Snapshot image, Instant now) throws InterruptedException {
        List<Versioned<JoinToken>> old = image.list(Kinds.JOIN_TOKEN).stream()
                .filter(token -> Instant.ofEpochMilli(token.value().getExpiresAtMs())
                        .plus(REMEMBERED)
                        .isBefore(now))
                .limit(FORGOTTEN_AT_ONCE)
                .toList();
        if (!old.isEmpty()) {
            Transaction.Builder writes = Transaction.builder();
            old.forEach(writes::delete);
            Commit _ = store.commit(writes.build());
        }
    }

    private static Key<JoinToken> key(String id) {
        return Kinds.JOIN_TOKEN.key("", id);
    }

    private byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        chance.nextBytes(random);
        return random;
    }
}
