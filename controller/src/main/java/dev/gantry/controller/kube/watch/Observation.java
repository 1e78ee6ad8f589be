package dev.gantry.controller.kube.watch;

import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import java.util.List;

/** What a change of a record means to those who watch objects. */
@FunctionalInterface
public interface Observation {

    /** @param before the image before the change; later than that by other changes at most */
    List<ObjectEvent> events(Snapshot before, Snapshot after, Change<?> change);
}
