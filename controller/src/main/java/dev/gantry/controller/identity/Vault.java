package dev.gantry.controller.identity;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.SealedSecret;
import dev.gantry.store.Commit;
import dev.gantry.store.Images;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/** Sealed records in the store: each made once, whoever of the controllers comes first, and read by all. */
public final class Vault {

    private static final int ATTEMPTS = 10;
    private static final Duration NEWS_WITHIN = Duration.ofSeconds(2);

    private final Store store;
    private final Seal seal;

    public Vault(Store store, Seal seal) {
        this.store = store;
        this.seal = seal;
    }

    /** The secret of that name. Where there is none, {@code first} becomes it, unless another controller was quicker. */
    public byte[] obtain(String name, Supplier<byte[]> first) throws InterruptedException {
        return settle(name, stored -> stored.orElseGet(first));
    }

    /** Makes {@code decide}'s answer to what is stored the stored secret, and returns it. */
    byte[] settle(String name, Decision decide) throws InterruptedException {
        Key<SealedSecret> key = Kinds.SEALED_SECRET.key("", name);
        Snapshot image = store.snapshot();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Versioned<SealedSecret>> record = image.get(key);
            Optional<byte[]> stored = record.map(found -> seal.open(key.path(), found.value()));
            byte[] wanted = decide.given(stored);
            if (stored.isPresent() && Arrays.equals(stored.get(), wanted)) {
                return wanted;
            }
            SealedSecret fresh = seal.seal(key.path(), wanted);
            Transaction.Builder writes = Transaction.builder();
            Transaction write = record.map(old -> writes.update(old, fresh))
                    .orElseGet(() -> writes.create(key, fresh))
                    .build();
            switch (store.commit(write)) {
                case Commit.Committed _ -> {
                    return wanted;
                }
                case Commit.Conflicted _ -> image = Images.newerThan(store, image, NEWS_WITHIN);
            }
        }
        throw new UnavailableException(key + " changed " + ATTEMPTS + " times while this controller read it");
    }

    /** What a secret shall be, given what is stored. */
    interface Decision {
        byte[] given(Optional<byte[]> stored);
    }
}
