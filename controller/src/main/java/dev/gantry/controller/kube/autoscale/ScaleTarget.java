package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.registry.Revision;
import dev.gantry.controller.kube.scale.Scales;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.kube.type.Subresource;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.util.List;

/**
 * What an autoscaler scales: anything that has a scale, in the version that it is kept in.
 *
 * @param wanted replicas that there shall be until now
 */
record ScaleTarget(KubeDocument object, ResourceType type, int wanted) {

    /** There is no such thing, or it cannot be scaled. */
    static final class MissingException extends Exception {
        private static final long serialVersionUID = 1;

        MissingException(String message) {
            super(message);
        }
    }

    /** @throws MissingException with the reason in words */
    static ScaleTarget of(Snapshot snapshot, ResourceTypes types, KubeDocument autoscaler) throws MissingException {
        JsonNode reference = autoscaler.spec().path("scaleTargetRef");
        String apiVersion = reference.path("apiVersion").asText();
        String kind = reference.path("kind").asText();
        String name = reference.path("name").asText();
        String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        ResourceType type = types.list().stream()
                .filter(one -> one.name().group().equals(group) && one.kind().equals(kind))
                .findFirst()
                .orElseThrow(
                        () -> new MissingException("no matches for kind \"" + kind + "\" in group \"" + group + "\""));
        KubeDocument object = KubeDocument.find(snapshot, autoscaler.name().beside(type.name(), name))
                .orElseThrow(() -> new MissingException(type.name().plural() + "/scale"
                        + (group.isEmpty() ? "" : "." + group) + " \"" + name + "\" not found"));
        ResourceType kept = types.find(
                        object.json().path("apiVersion").asText(), type.name().plural())
                .orElse(type);
        if (kept.subresource(Subresource.SCALE).isEmpty()) {
            throw new MissingException("the server could not find the requested resource: " + kind + " has no scale");
        }
        try {
            return new ScaleTarget(object, kept, Scales.of(kept).wanted(object.json()));
        } catch (KubeRefusal e) {
            throw new MissingException(String.valueOf(e.getMessage()));
        }
    }

    private Scales scales() {
        return Scales.of(type);
    }

    /** Which pods are its own, in words; empty when it does not tell. */
    String selectorText() {
        return scales().selector(object.json());
    }

    /** @throws MissingException when it does not tell which pods are its own */
    LabelSelector selector() throws MissingException {
        String selector = selectorText();
        if (selector.isEmpty()) {
            throw new MissingException("the HPA target's scale is missing a selector");
        }
        try {
            return LabelSelector.parse(selector);
        } catch (KubeRefusal e) {
            throw new MissingException(
                    "couldn't convert selector into a corresponding internal selector object: " + e.getMessage());
        }
    }

    /** Those that it tells to be its own. */
    List<PodDocument> pods(Snapshot snapshot, LabelSelector selector) {
        return PodDocument.list(snapshot, object.name().cluster(), object.name().namespace()).stream()
                .filter(pod -> selector.matches(pod.meta().labels()))
                .toList();
    }

    void scale(Transaction.Builder writes, int replicas) {
        ObjectNode scale = Json.object();
        scale.putObject("spec").put("replicas", replicas);
        ObjectNode before = object.json();
        ObjectNode after = Revision.ofSpec(type, before, scales().apply(before, scale));
        writes.update(
                object.record(), KubeDocument.stored(after, object.record().value()));
    }
}
