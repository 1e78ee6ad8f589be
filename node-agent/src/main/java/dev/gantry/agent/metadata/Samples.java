package dev.gantry.agent.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Statistics of containers, each compared with the sample before it. Who asks for the first time waits until the engine has two; later ones get an
 * answer at once.
 */
final class Samples {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KEPT_MAX = 512;
    /** A comparison with something older says nothing of the present. */
    private static final Duration AGE_MAX = Duration.ofMinutes(5);

    private final ContainerEngine engine;
    private final Map<String, ObjectNode> kept = new LinkedHashMap<>();

    Samples(ContainerEngine engine) {
        this.engine = engine;
    }

    /** Of a running container. */
    ObjectNode take(String id) throws InterruptedException {
        ObjectNode now = parse(engine.statistics(id, false));
        Optional<ObjectNode> known = known(id).filter(before -> isComparable(before, now));
        if (known.isPresent()) {
            now.set("precpu_stats", known.get().path("cpu_stats"));
            now.set("preread", known.get().path("read"));
            compare(known.get(), now);
            keep(id, now);
            return now;
        }
        ObjectNode second = parse(engine.statistics(id, true));
        compare(now, second);
        keep(id, second);
        return second;
    }

    private static ObjectNode parse(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (JsonProcessingException | ClassCastException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "the engine's statistics cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isComparable(ObjectNode before, ObjectNode now) {
        Duration between = between(before, now);
        return between.isPositive() && between.compareTo(AGE_MAX) < 0;
    }

    private static Duration between(ObjectNode before, ObjectNode now) {
        try {
            return Duration.between(
                    Instant.parse(before.path("read").asText()),
                    Instant.parse(now.path("read").asText()));
        } catch (DateTimeParseException _) {
            return Duration.ZERO;
        }
    }

    /** How fast the network was between two samples; nothing for a container without one of its own. */
    static void compare(ObjectNode before, ObjectNode now) {
        Duration between = between(before, now);
        if (between.isPositive() && now.path("networks").isObject()) {
            double seconds = between.toNanos() / 1e9;
            now.putObject("network_rate_stats")
                    .put("rx_bytes_per_sec", (sum(now, "rx_bytes") - sum(before, "rx_bytes")) / seconds)
                    .put("tx_bytes_per_sec", (sum(now, "tx_bytes") - sum(before, "tx_bytes")) / seconds);
        }
    }

    private static long sum(ObjectNode sample, String counter) {
        long sum = 0;
        for (JsonNode network : sample.path("networks")) {
            sum += network.path(counter).asLong();
        }
        return sum;
    }

    private synchronized Optional<ObjectNode> known(String id) {
        return Optional.ofNullable(kept.get(id));
    }

    private synchronized void keep(String id, ObjectNode sample) {
        kept.remove(id);
        kept.put(id, sample.deepCopy());
        if (kept.size() > KEPT_MAX) {
            kept.remove(kept.keySet().iterator().next());
        }
    }
}
