package dev.gantry.controller.kube.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Lifetime;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Writes what happened as objects of the kind Event, whose names follow from what they tell. */
public record EventLog(Snapshot snapshot, Transaction.Builder writes, Instant now) {

    /** Where events go of what has no namespace. */
    private static final String DEFAULT_NAMESPACE = "default";

    /** Room for a dot and the hash in 253 letters. */
    private static final int NAME_MAX = 236;

    private static final int MESSAGE_MAX = 1024;
    private static final int HEX = 15;

    /** Of what happens within a second, names are the only order that clients have. */
    private static final List<String> FIRST = List.of("Scheduled", "Pulling", "Pulled", "Created", "Started");

    /** What is over, what was told already and what has no namespace any longer is left out. */
    public void tell(Regarding object, Happening happening) {
        ObjectName name = name(object, happening);
        Instant last = happening.last().equals(Instant.EPOCH) ? now : happening.last();
        Optional<KubeDocument> before = KubeDocument.find(snapshot, name);
        if (before.isPresent()) {
            renew(before.get(), happening);
        } else if (last.plus(Lifetime.OF_EVENTS).isAfter(now)) {
            namespace(name)
                    .filter(found -> !KubeDocument.of(found).meta().isDeleted())
                    .ifPresent(found -> {
                        writes.guard(found);
                        ObjectNode event = draw(object, happening, name, last);
                        writes.create(name.key(), KubeDocument.stored(event, KubeObject.getDefaultInstance()));
                    });
        }
    }

    private void renew(KubeDocument before, Happening happening) {
        ObjectNode event = before.json();
        boolean isTold = event.path("count").asInt() >= happening.count()
                && event.path("message").asText().equals(cut(happening.message()));
        if (isTold) {
            return;
        }
        event.put("count", Math.max(happening.count(), event.path("count").asInt()));
        event.put("message", cut(happening.message()));
        event.put("lastTimestamp", Times.text(happening.last().equals(Instant.EPOCH) ? now : happening.last()));
        writes.update(
                before.record(), KubeDocument.stored(event, before.record().value()));
    }

    private ObjectNode draw(Regarding object, Happening happening, ObjectName name, Instant last) {
        ObjectNode event = Json.object().put("kind", "Event").put("apiVersion", "v1");
        event.withObject("/metadata")
                .put("name", name.name())
                .put("namespace", name.namespace())
                .put("uid", uuid(name + "/" + now.toEpochMilli()).toString())
                .put("creationTimestamp", Times.text(now));
        event.set("involvedObject", object.draw(happening.fieldPath()));
        event.put("reason", happening.reason()).put("message", cut(happening.message()));
        event.putObject("source").put("component", happening.component());
        return event.put("firstTimestamp", Times.text(last))
                .put("lastTimestamp", Times.text(last))
                .put("count", happening.count())
                .put("type", happening.warning() ? "Warning" : "Normal")
                .putNull("eventTime")
                .put("reportingComponent", happening.component())
                .put("reportingInstance", "");
    }

    private Optional<Versioned<KubeObject>> namespace(ObjectName event) {
        return snapshot.get(new ObjectName(event.cluster(), ResourceName.NAMESPACES, "", event.namespace()).key());
    }

    private static ObjectName name(Regarding object, Happening happening) {
        ObjectName of = object.name();
        String hash = uuid(object.uid() + "/" + happening.key())
                .toString()
                .replace("-", "")
                .substring(0, HEX);
        String prefix = of.name().substring(0, Math.min(of.name().length(), NAME_MAX));
        return new ObjectName(
                of.cluster(),
                ResourceName.EVENTS,
                of.namespace().isEmpty() ? DEFAULT_NAMESPACE : of.namespace(),
                prefix + "." + rank(happening) + hash);
    }

    private static String rank(Happening happening) {
        int place = FIRST.indexOf(happening.reason());
        return Integer.toHexString(place < 0 ? FIRST.size() : place);
    }

    private static UUID uuid(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String cut(String message) {
        return message.length() <= MESSAGE_MAX ? message : message.substring(0, MESSAGE_MAX);
    }
}
