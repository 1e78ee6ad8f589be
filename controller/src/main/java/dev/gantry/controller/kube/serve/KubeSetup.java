package dev.gantry.controller.kube.serve;

import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Namespaces;
import dev.gantry.store.Store;
import java.time.InstantSource;

/** Gives a cluster of the Kubernetes API what it has from the start: namespaces, roles and bindings. */
public final class KubeSetup {

    private KubeSetup() {}

    /** Makes what is missing; safe to be called by several controllers at once. */
    public static void ensure(Store store, Creation creation, String cluster, InstantSource clock)
            throws InterruptedException {
        Committing committing = new Committing(store, clock);
        for (var object : Namespaces.ofCluster(cluster).entrySet()) {
            try {
                committing.write(
                        false,
                        "",
                        draft -> new Committing.Decided(
                                creation.write(draft, object.getKey(), object.getValue()), false));
            } catch (KubeRefusal refusal) {
                if (refusal.reason() != Reason.ALREADY_EXISTS) {
                    throw refusal;
                }
            }
        }
    }
}
