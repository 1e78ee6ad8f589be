package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.resource.Taints;
import dev.gantry.proto.Node;
import dev.gantry.proto.Taint;
import java.time.Instant;
import java.util.List;

/** Reads the taints that a user gives a node, which were found to be in order. */
final class NodeTaints {

    private NodeTaints() {}

    /** @param before when taints came that the node has already is kept */
    static List<Taint> of(JsonNode asked, Node before, Instant now) {
        return asked.valueStream()
                .map(json -> Taint.newBuilder()
                        .setKey(json.path("key").asText())
                        .setValue(json.path("value").asText())
                        .setEffect(json.path("effect").asText())
                        .build())
                .map(taint -> dated(taint, before, now))
                .toList();
    }

    private static Taint dated(Taint taint, Node before, Instant now) {
        if (!taint.getEffect().equals(Taints.NO_EXECUTE)) {
            return taint;
        }
        long since = before.getTaintsList().stream()
                .filter(one -> one.toBuilder().clearAddedAtMs().build().equals(taint))
                .mapToLong(Taint::getAddedAtMs)
                .findFirst()
                .orElse(now.toEpochMilli());
        return taint.toBuilder().setAddedAtMs(since).build();
    }
}
