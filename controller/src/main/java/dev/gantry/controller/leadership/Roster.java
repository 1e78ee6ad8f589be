package dev.gantry.controller.leadership;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ControllerEntry;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The controllers that there are, so that an agent whose controller is gone knows where to look for another. */
public final class Roster {

    private static final int ENTRIES_MAX = 16;

    private final Store store;
    private final int entriesMax;

    /** @param exclusive whether nobody else can be using the store: then who was noted before is not there any more */
    public Roster(Store store, boolean exclusive) {
        this.store = store;
        this.entriesMax = exclusive ? 1 : ENTRIES_MAX;
    }

    /**
     * Notes this controller, and strikes off those that started longest ago where they are too many.
     *
     * @param agentAddress {@code host:port} for agents
     * @param kubeAddress  {@code address:port} of the Kubernetes API; empty where it has none that is IPv4
     */
    public void enter(String agentAddress, String kubeAddress, Instant now) throws InterruptedException {
        Key<ControllerEntry> key = Kinds.CONTROLLER.key("", agentAddress);
        ControllerEntry entry = ControllerEntry.newBuilder()
                .setAgentAddress(agentAddress)
                .setKubeAddress(kubeAddress)
                .setStartedAtMs(now.toEpochMilli())
                .build();
        Snapshot snapshot = store.snapshot();
        Optional<Versioned<ControllerEntry>> own = snapshot.get(key);
        Transaction.Builder writes = Transaction.builder();
        if (own.isPresent()) {
            writes.update(own.get(), entry);
        } else {
            writes.create(key, entry);
        }
        // A conflict means that the same address was noted by somebody else just now.
        store.commit(writes.build());
        strikeOff(surplus(snapshot, key));
    }

    private List<Versioned<ControllerEntry>> surplus(Snapshot snapshot, Key<ControllerEntry> own) {
        return snapshot.list(Kinds.CONTROLLER).stream()
                .filter(other -> !other.key().equals(own))
                .sorted(Comparator.comparingLong((Versioned<ControllerEntry> other) ->
                                other.value().getStartedAtMs())
                        .reversed())
                .skip(entriesMax - 1L)
                .toList();
    }

    private void strikeOff(List<Versioned<ControllerEntry>> surplus) throws InterruptedException {
        for (Versioned<ControllerEntry> old : surplus) {
            // A conflict means that it has started again.
            store.commit(Transaction.builder().delete(old).build());
        }
    }
}
