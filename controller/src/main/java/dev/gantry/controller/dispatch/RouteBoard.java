package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Keeps the newest table of the network, made anew only when something in it changed, so that sessions need not. */
final class RouteBoard implements Store.Listener {

    private record Dated(long revision, RouteTable table) {}

    private final AtomicReference<Dated> newest = new AtomicReference<>(new Dated(0, RouteTable.EMPTY));

    RouteTable table() {
        return newest.get().table();
    }

    /** The table as it was before anything changed. */
    void begin(Snapshot image) {
        put(image);
    }

    @Override
    public void changed(Snapshot image, List<Change<?>> changes) {
        if (changes.stream().anyMatch(RouteBoard::concerns)) {
            put(image);
        }
    }

    /** Whether a change may be one of the network. */
    static boolean concerns(Change<?> change) {
        return change.key().kind().equals(Kinds.SERVICE_ROUTE)
                || change.key().kind().equals(Kinds.INGRESS_ROUTE)
                || change.key().kind().equals(Kinds.NETWORK_POLICY)
                || change.key().kind().equals(Kinds.NODE)
                || change.key().kind().equals(Kinds.NETWORK_CLAIM);
    }

    private void put(Snapshot image) {
        RouteTable table = RouteTable.of(image);
        newest.updateAndGet(before -> {
            if (before.revision() > image.revision()) {
                return before;
            }
            // The same one for as long as it says the same: then nobody need compare them.
            return new Dated(image.revision(), before.table().equals(table) ? before.table() : table);
        });
    }
}
