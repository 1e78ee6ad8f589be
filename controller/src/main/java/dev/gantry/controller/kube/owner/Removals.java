package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.pod.PodEndings;
import dev.gantry.controller.kube.registry.Deletion;
import dev.gantry.controller.kube.registry.Revision;
import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.OptionalInt;

/** Deletes objects as the API does when it is asked to. What is being deleted already is left alone. */
public record Removals(Transaction.Builder writes, Instant now) {

    /** Whether dependents go afterwards, before, or not at all. */
    public enum Propagation {
        BACKGROUND("Background"),
        FOREGROUND("Foreground"),
        ORPHAN("Orphan");

        private final String word;

        Propagation(String word) {
            this.word = word;
        }
    }

    public void delete(PodDocument pod) {
        if (!pod.isDeleted()) {
            writes.update(pod.record(), PodEndings.deleted(pod, OptionalInt.empty(), now));
        }
    }

    public void delete(KubeDocument object, Propagation propagation) {
        if (object.meta().isDeleted()) {
            return;
        }
        Deletion deletion = Deletion.of(Json.object().put("propagationPolicy", propagation.word));
        switch (deletion.of(object.name().resource(), object.json(), 0, now)) {
            case Deletion.Result.Gone() -> writes.delete(object.record());
            case Deletion.Result.Marked(ObjectNode marked) -> put(object, marked);
        }
    }

    /** Writes another document of an object, or takes it out if it was deleted and nothing keeps it any longer. */
    public void put(KubeDocument object, ObjectNode json) {
        if (Revision.isOver(json)) {
            writes.delete(object.record());
        } else {
            writes.update(
                    object.record(), KubeDocument.stored(json, object.record().value()));
        }
    }
}
