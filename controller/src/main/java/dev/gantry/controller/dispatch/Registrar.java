package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Hello;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.store.Commit;
import dev.gantry.store.Images;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Writes what nodes say of themselves. */
public final class Registrar {

    private static final int ATTEMPTS = 20;
    private static final Duration NEWS_WITHIN = Duration.ofSeconds(1);

    private final Store store;
    private final Leading leading;
    private final InstantSource clock;

    public Registrar(Store store, Leading leading, InstantSource clock) {
        this.store = store;
        this.leading = leading;
        this.clock = clock;
    }

    /**
     * Brings the node's record to what it says, and waits for an image that has it and is no older than what the agent
     * obeys already.
     *
     * @return false when this controller does not lead after all
     */
    public boolean register(String nodeId, Hello hello) throws InterruptedException {
        Key<Node> key = Kinds.NODE.key("", nodeId);
        Snapshot image = store.snapshotAt(hello.getDesiredRevision());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Instant now = clock.instant();
            Snapshot found = image;
            Optional<Versioned<Node>> before = image.get(key);
            Node after = before.map(record -> Registration.refreshed(record.value(), hello.getInfo(), now))
                    .orElseGet(() -> Registration.fresh(nodeId, hello.getInfo(), now).toBuilder()
                            .setAwaitsDaemons(hasDaemons(found, hello.getInfo().getCluster()))
                            .build());
            Transaction.Builder writes = Transaction.builder();
            Node settled = placed(image, after, writes);
            boolean same = before.isPresent() && before.get().value().equals(settled);
            if (same || Registration.isRefused(before)) {
                return true;
            }
            Optional<Versioned<Leader>> guard = leading.guard();
            if (guard.isEmpty()) {
                return false;
            }
            Transaction write = before.map(record -> writes.update(record, settled))
                    .orElseGet(() -> writes.create(key, settled))
                    .build()
                    .guardedBy(guard.get());
            switch (store.commit(write)) {
                case Commit.Committed(long revision) -> {
                    Snapshot _ = store.snapshotAt(revision);
                    return true;
                }
                case Commit.Conflicted(Key<?> conflict) -> {
                    if (conflict.equals(Kinds.LEADER_KEY)) {
                        return false;
                    }
                    image = Images.newerThan(store, image, NEWS_WITHIN);
                }
            }
        }
        throw new UnavailableException(key + " changed " + ATTEMPTS + " times while the node registered");
    }

    /** Whether something of ECS runs on every node of the cluster. */
    private static boolean hasDaemons(Snapshot image, String cluster) {
        return image.count(Kinds.DAEMON_SERVICES_BY_CLUSTER, cluster) > 0
                || !image.list(Kinds.ECS_DAEMON, cluster).isEmpty();
    }

    /** With a subnet, if it asks for one and has none yet. */
    private static Node placed(Snapshot image, Node node, Transaction.Builder writes) {
        boolean isMissing = node.getInfo().getCanNetwork() && node.getSubnet().isEmpty();
        Optional<String> subnet = isMissing ? Subnets.claim(image, node.getId(), writes) : Optional.empty();
        return subnet.map(found -> node.toBuilder().setSubnet(found).build()).orElse(node);
    }
}
