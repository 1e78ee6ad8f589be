package dev.gantry.controller.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.dispatch.Channels;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Routes;
import dev.gantry.controller.identity.JoinTokens;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.Frame;
import dev.gantry.proto.Leader;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.StatsRequest;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Serves {@code /_gantry/v1/...} and {@code /_gantry/reset}: what Gantry answers beyond the APIs it speaks. */
public final class OperationsApi {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PREVIEW_MAX = 1000;

    /**
     * What this API is made of.
     *
     * @param afterReset makes what must always be there, for example the default cluster
     */
    public record Parts(
            Store store,
            Explanations explanations,
            Drafts drafts,
            Channels channels,
            Events events,
            JoinTokens tokens,
            Admission admission,
            InstantSource clock,
            About about,
            AfterReset afterReset) {}

    /**
     * What this controller says of itself.
     *
     * @param allowReset whether everything may be emptied by a call
     */
    public record About(String version, String controllerId, String clusterUid, boolean allowReset) {}

    /** Runs after a reset. */
    @FunctionalInterface
    public interface AfterReset {
        void run() throws InterruptedException;
    }

    private final Parts parts;
    private final Why why;
    private final NodeChannels channels;

    public OperationsApi(Parts parts) {
        this.parts = parts;
        this.why = new Why(parts.explanations());
        this.channels =
                new NodeChannels(parts.store(), parts.channels(), parts.about().controllerId());
    }

    public void mount(Routes routes) {
        routes.answer(Target.PREFIX + "*", this::answer);
        routes.answer("/_gantry/reset", this::answer);
        routes.stream(Target.PREFIX + "logs/*", new LogStream(parts.admission(), channels));
        routes.stream(Target.PREFIX + "events", new EventStream(parts.admission(), parts.store(), parts.events()));
        routes.socket(Target.PREFIX + "exec/*", new ExecSocket(parts.admission(), channels));
    }

    private HttpResponse answer(HttpRequest request) throws InterruptedException {
        try {
            parts.admission().admit(request);
            return route(request, Target.of(request));
        } catch (RuntimeException e) {
            return Answers.refusal(e);
        }
    }

    private HttpResponse route(HttpRequest request, Target target) throws InterruptedException {
        Snapshot snapshot = parts.store().snapshot();
        return switch (request.method() + " " + target.segment(0)) {
            case "GET why" -> Answers.of(why(snapshot, target));
            case "GET status" -> Answers.of(status(snapshot));
            case "GET stats" -> {
                Optional<HttpResponse> elsewhere = channels.elsewhere(request);
                yield elsewhere.isPresent() ? elsewhere.get() : Answers.of(stats(target));
            }
            case "POST placements" -> Answers.of(placements(snapshot, body(request)));
            case "POST tokens" -> Answers.of(token(snapshot, body(request)));
            case "POST " -> reset(request);
            default ->
                Answers.of(404, "NotFound", "Gantry's own API has no " + request.method() + " " + request.path());
        };
    }

    private ObjectNode why(Snapshot snapshot, Target target) {
        String cluster = target.segment(2);
        String name = target.segment(3);
        return switch (target.segment(1)) {
            case "task" -> why.task(snapshot, cluster, name);
            case "service" -> why.service(snapshot, cluster, name);
            default ->
                throw new IllegalArgumentException("why is asked of a task or a service, was " + target.segment(1));
        };
    }

    private ObjectNode status(Snapshot snapshot) {
        ObjectNode status = JSON.createObjectNode();
        status.put("version", parts.about().version());
        status.put("controllerId", parts.about().controllerId());
        status.put("clusterUid", parts.about().clusterUid());
        status.put("storeConnected", parts.store().isConnected());
        status.put("storeRevision", snapshot.revision());
        Optional<Leader> leader = snapshot.get(Kinds.LEADER_KEY).map(Versioned::value);
        status.put("leader", leader.map(Leader::getControllerId).orElse(""));
        status.put("leaderApiUrl", leader.map(Leader::getApiUrl).orElse(""));
        status.put("leaderAgentAddress", leader.map(Leader::getAgentAddress).orElse(""));
        status.put("nodes", snapshot.count(Kinds.NODE));
        status.put("workloads", snapshot.count(Kinds.WORKLOAD));
        return status;
    }

    private ObjectNode stats(Target target) throws InterruptedException {
        Workload workload = channels.placed(target.segment(1), target.segment(2));
        StatsRequest.Builder request =
                StatsRequest.newBuilder().setScope(workload.getScope()).setWorkloadId(workload.getId());
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode containers = answer.putArray("containers");
        try (AgentChannel channel = channels.open(
                workload, OpenChannel.newBuilder().setStats(request).build())) {
            for (Optional<Frame> next = channel.receive(); next.isPresent(); next = channel.receive()) {
                if (next.get().hasFinished()) {
                    break;
                }
                if (next.get().hasStats()) {
                    add(containers, next.get().getStats());
                }
            }
        }
        return answer;
    }

    private static void add(ArrayNode containers, ContainerStats stats) {
        containers
                .addObject()
                .put("container", stats.getContainer())
                .put("cpuTotalNanos", stats.getCpuTotalNanos())
                .put("memoryBytes", stats.getMemoryBytes())
                .put("memoryLimitBytes", stats.getMemoryLimitBytes())
                .put("receivedBytes", stats.getReceivedBytes())
                .put("sentBytes", stats.getSentBytes());
    }

    private ObjectNode placements(Snapshot snapshot, JsonNode request) throws InterruptedException {
        if (request.path("count").asInt(1) > PREVIEW_MAX) {
            throw new IllegalArgumentException("count must be 1 to " + PREVIEW_MAX);
        }
        List<Workload> drafts = parts.drafts().draft(snapshot, request);
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode placements = answer.putArray("placements");
        List<Explanations.Preview> previews = parts.explanations().preview(snapshot, drafts);
        for (int index = 0; index < previews.size(); index++) {
            Explanations.Preview preview = previews.get(index);
            ObjectNode shown = placements.addObject();
            if (!preview.node().isEmpty()) {
                shown.put("node", preview.node()).put("name", preview.name());
                continue;
            }
            shown.putNull("node").put("reason", preview.reason());
            ArrayNode nodes = shown.putArray("nodes");
            for (Explanations.NodeReasons node : parts.explanations().explain(snapshot, drafts.get(index))) {
                ArrayNode reasons = nodes.addObject()
                        .put("node", node.node())
                        .put("name", node.name())
                        .putArray("reasons");
                node.reasons().forEach(reasons::add);
            }
        }
        return answer;
    }

    private ObjectNode token(Snapshot snapshot, JsonNode request) throws InterruptedException {
        Duration life = request.has("ttlSeconds")
                ? Duration.ofSeconds(request.path("ttlSeconds").asLong())
                : JoinTokens.LIFE;
        int uses = request.path("uses").asInt(1);
        Instant expires = parts.clock().instant().plus(life);
        String token = parts.tokens().issue(life, uses);
        String address = snapshot.get(Kinds.LEADER_KEY)
                .map(leader -> leader.value().getAgentAddress())
                .orElseThrow(() -> new RefusedException(
                        RefusedException.Reason.CONFLICT, "no controller leads at the moment; try again"));
        return JSON.createObjectNode()
                .put("token", token)
                .put("agentAddress", address)
                .put("expiresAt", expires.toString())
                .put("uses", uses)
                .put("command", "gantry agent --join " + token + "@" + address);
    }

    private HttpResponse reset(HttpRequest request) throws InterruptedException {
        if (!request.path().equals("/_gantry/reset")) {
            return Answers.of(404, "NotFound", "Gantry's own API has no POST " + request.path());
        }
        if (!parts.about().allowReset()) {
            return Answers.of(403, "Denied", "this controller was started without --allow-reset");
        }
        int gone = new Reset(parts.store()).run();
        parts.afterReset().run();
        return Answers.of(JSON.createObjectNode().put("deleted", gone));
    }

    private static JsonNode body(HttpRequest request) {
        try {
            JsonNode body = JSON.readTree(request.body().bytes());
            if (body.isObject()) {
                return body;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the body is not JSON: " + e.getOriginalMessage(), e);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        throw new IllegalArgumentException("the body must be a JSON object");
    }
}
