package dev.gantry.controller.kube.collect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.owner.Removals;
import dev.gantry.controller.kube.owner.Removals.Propagation;
import dev.gantry.controller.kube.registry.Deletion;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.store.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what becomes of an object that has owners, as upstream's garbage collector does.
 *
 * @param types of the cluster
 */
record Verdicts(Snapshot snapshot, String cluster, ResourceTypes types) {

    private enum Owner {
        THERE,
        /** It goes, and waits for what it owns to go before it. */
        WAITING,
        GONE
    }

    void apply(Item item, Removals removals) {
        if (item.meta().isDeleted() && !item.waitsForDependents()) {
            return;
        }
        Set<String> lost = new HashSet<>();
        boolean isWaitedFor = false;
        boolean isOwned = false;
        for (Meta.Owner reference : item.meta().owners()) {
            Owner owner = owner(item.meta().namespace(), reference);
            isOwned |= owner == Owner.THERE;
            isWaitedFor |= owner == Owner.WAITING;
            if (owner != Owner.THERE) {
                lost.add(reference.uid());
            }
        }
        if (lost.isEmpty()) {
            return;
        }
        if (isOwned) {
            ObjectNode json = item.json().deepCopy();
            Ownership.remove(json, reference -> isOneOf(lost, reference));
            item.put(removals, json);
        } else {
            item.delete(removals, propagation(item, isWaitedFor));
        }
    }

    private Propagation propagation(Item item, boolean isWaitedFor) {
        List<Item> dependents = Item.ownedBy(snapshot, cluster, item.meta().uid());
        if (isWaitedFor && !dependents.isEmpty()) {
            // In a circle of owners each would wait for the next one for ever.
            boolean isCircle = dependents.stream().anyMatch(Item::waitsForDependents);
            return isCircle ? Propagation.BACKGROUND : Propagation.FOREGROUND;
        }
        List<String> finalizers = item.meta().finalizers();
        if (finalizers.contains(Deletion.ORPHAN)) {
            return Propagation.ORPHAN;
        }
        return finalizers.contains(Deletion.FOREGROUND) ? Propagation.FOREGROUND : Propagation.BACKGROUND;
    }

    private Owner owner(String namespace, Meta.Owner reference) {
        Optional<Item> found = Item.find(snapshot, cluster, namespace, reference.uid());
        if (found.isPresent()) {
            return found.get().waitsForDependents() ? Owner.WAITING : Owner.THERE;
        }
        return isTracked(reference) ? Owner.GONE : Owner.THERE;
    }

    /** Machines make nodes, which are not found by uid; and of a kind that is not known nobody can say that it is gone. */
    private boolean isTracked(Meta.Owner reference) {
        boolean isNode = reference.apiVersion().equals("v1") && reference.kind().equals("Node");
        return !isNode
                && types.list().stream()
                        .anyMatch(type -> type.kind().equals(reference.kind())
                                && type.name().group().equals(group(reference.apiVersion())));
    }

    private static String group(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    private static boolean isOneOf(Set<String> uids, JsonNode reference) {
        return uids.contains(reference.path("uid").asText());
    }
}
