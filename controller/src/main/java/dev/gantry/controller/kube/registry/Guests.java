package dev.gantry.controller.kube.registry;

import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.watch.ObjectEvent;
import dev.gantry.controller.kube.watch.Observation;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;

/** Kinds whose objects are records that another front end keeps: it shows them here, and writes what is asked of it here. */
public interface Guests extends Observation {

    /** Nobody's. */
    Guests NONE = new Guests() {
        @Override
        public List<ResourceType> types() {
            return List.of();
        }

        @Override
        public Optional<Registry> registry(ResourceName resource) {
            return Optional.empty();
        }

        @Override
        public List<ObjectEvent> events(Snapshot before, Snapshot after, Change<?> change) {
            return List.of();
        }
    };

    List<ResourceType> types();

    /**
     * The one that keeps a resource, if it is among these kinds. What it is given to write it changes into what readers see from
     * then on.
     */
    Optional<Registry> registry(ResourceName resource);
}
