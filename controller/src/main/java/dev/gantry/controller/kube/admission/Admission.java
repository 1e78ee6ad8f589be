package dev.gantry.controller.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.limit.LimitRanges;
import dev.gantry.store.Snapshot;
import java.util.Set;

/** Admits the objects of one transaction: first each is completed, then validated elsewhere, then admitted. */
public final class Admission {

    private static final Set<ResourceName> LIMITED = Set.of(ResourceName.PODS, VolumeNames.CLAIMS);

    private final Snapshot image;

    public Admission(Snapshot image) {
        this.image = image;
    }

    /** Adds to a new object what it gets from others in its namespace and its cluster. */
    public void complete(ObjectName name, ObjectNode object) {
        if (name.resource().equals(ResourceName.PODS)) {
            limits(name).complete(object);
        }
    }

    /**
     * Admits a new object.
     *
     * @throws dev.gantry.controller.kube.refusal.KubeRefusal when it must not be
     */
    public void admit(ObjectName name, ObjectNode object) {
        if (LIMITED.contains(name.resource())) {
            limits(name).check(name, object);
        }
    }

    /**
     * Admits a change.
     *
     * @throws dev.gantry.controller.kube.refusal.KubeRefusal when it must not be
     */
    public void admitChange(ObjectName name, ObjectNode before, ObjectNode after) {
        boolean asksForOther =
                !before.path("spec").path("resources").equals(after.path("spec").path("resources"));
        if (name.resource().equals(VolumeNames.CLAIMS) && asksForOther) {
            limits(name).check(name, after);
        }
    }

    private LimitRanges limits(ObjectName name) {
        return LimitRanges.of(image, name.cluster(), name.namespace());
    }
}
