package dev.gantry.controller.scheduler;

import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import java.util.Map;

/** What a front end that has namespaces knows of their labels, by which some pods choose their neighbours. */
public interface NamespaceLabels {

    /** For where there are no namespaces: none has labels. */
    NamespaceLabels NONE = new NamespaceLabels() {
        @Override
        public Map<String, String> of(Snapshot snapshot, String cluster, String namespace) {
            return Map.of();
        }

        @Override
        public boolean isAbout(Change<?> change) {
            return false;
        }
    };

    /** Empty for a namespace that is not there. */
    Map<String, String> of(Snapshot snapshot, String cluster, String namespace);

    /** Whether the labels of a namespace may be other ones after the change. */
    boolean isAbout(Change<?> change);
}
