package dev.gantry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ECS API, operation by operation, as JSON trees: typed records would only cost start-up time here. */
public final class EcsClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 4;
    private static final int PAGES_MAX = 10_000;
    private static final Set<String> WORTH_ANOTHER_TRY =
            Set.of("ThrottlingException", "ServiceUnavailable", "ServiceUnavailableException");

    private final Wire wire;
    private final ObjectMapper mapper = new ObjectMapper();

    public EcsClient(Wire wire) {
        this.wire = wire;
    }

    public static ObjectNode input() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Asks once, and again a little later when the API says that it is too busy. */
    public JsonNode call(String operation, ObjectNode input) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return callOnce(operation, input);
            } catch (ApiException e) {
                if (attempt == ATTEMPTS || !WORTH_ANOTHER_TRY.contains(e.code())) {
                    throw e;
                }
                Thread.sleep(Duration.ofMillis(100L << attempt));
            }
        }
    }

    /** All pages of a list operation, for example the ARNs of {@code ListTasks}. */
    public List<String> list(String operation, ObjectNode input, String member) throws InterruptedException {
        List<String> all = new ArrayList<>();
        ObjectNode page = input.deepCopy();
        for (int pages = 0; pages < PAGES_MAX; pages++) {
            JsonNode answer = call(operation, page);
            answer.path(member).forEach(item -> all.add(item.asText()));
            String next = answer.path("nextToken").asText("");
            if (next.isEmpty()) {
                break;
            }
            page.put("nextToken", next);
        }
        return all;
    }

    /** Describes any number of things, as many per request as the API takes. */
    public List<JsonNode> describe(Describe describe, ObjectNode input, List<String> names)
            throws InterruptedException {
        List<JsonNode> found = new ArrayList<>();
        for (int from = 0; from < names.size(); from += describe.most) {
            ObjectNode request = input.deepCopy();
            ArrayNode asked = request.putArray(describe.asked);
            names.subList(from, Math.min(names.size(), from + describe.most)).forEach(asked::add);
            ArrayNode include = request.putArray("include");
            describe.include.forEach(include::add);
            if (include.isEmpty()) {
                request.remove("include");
            }
            call(describe.operation, request).path(describe.answered).forEach(found::add);
        }
        return found;
    }

    /** The describe operations that take many names. */
    public enum Describe {
        CLUSTERS("DescribeClusters", "clusters", 100, List.of("TAGS", "SETTINGS", "CONFIGURATIONS", "STATISTICS")),
        SERVICES("DescribeServices", "services", 10, List.of("TAGS")),
        TASKS("DescribeTasks", "tasks", 100, List.of("TAGS")),
        NODES("DescribeContainerInstances", "containerInstances", 100, List.of("TAGS"));

        private final String operation;
        private final String asked;
        private final String answered;
        private final int most;
        private final List<String> include;

        Describe(String operation, String member, int most, List<String> include) {
            this.operation = operation;
            this.asked = member;
            this.answered = member;
            this.most = most;
            this.include = include;
        }
    }

    private JsonNode callOnce(String operation, ObjectNode input) throws InterruptedException {
        try {
            Wire.Call call = new Wire.Call(
                    "ecs",
                    "POST",
                    "/",
                    Map.of(
                            "Content-Type",
                            "application/x-amz-json-1.1",
                            "X-Amz-Target",
                            "AmazonEC2ContainerServiceV20141113." + operation),
                    mapper.writeValueAsBytes(input),
                    TIMEOUT);
            HttpResponse<InputStream> response = wire.send(call);
            byte[] body;
            try (InputStream in = response.body()) {
                body = in.readAllBytes();
            }
            if (response.statusCode() / 100 != 2) {
                throw Answers.refusal(operation, response, body);
            }
            return body.length == 0 ? input() : mapper.readTree(body);
        } catch (IOException e) {
            throw Answers.broken(operation, e);
        }
    }
}
