package dev.gantry.controller.kube.admission;

import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.limit.LimitRanges;
import dev.gantry.controller.kube.priority.PriorityClasses;
import dev.gantry.controller.kube.quota.Quota;
import dev.gantry.store.Change;

/** Tells which changes may let in what was refused before. */
public final class Relief {

    private Relief() {}

    /**
     * Whether a change may do so for objects of the same namespace; of the whole cluster, where it has none.
     *
     * @param name of the changed object
     */
    public static boolean isBy(ObjectName name, Change<?> change) {
        boolean isNew = change.before() == null;
        return (isNew && name.resource().equals(ServiceAccountTokens.ACCOUNTS))
                || (isNew && name.resource().equals(PriorityClasses.RESOURCE))
                || name.resource().equals(LimitRanges.RESOURCE)
                || (name.resource().equals(Quota.RESOURCE) && Quota.hasMoreRoom(change));
    }
}
