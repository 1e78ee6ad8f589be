package dev.gantry.agent;

import java.util.Optional;

/** Tells who has which address on this node. */
@FunctionalInterface
public interface Residents {

    /** The cluster of the Kubernetes API whose pod has this address; empty where no pod is known to have it. */
    Optional<String> clusterAt(String address);
}
