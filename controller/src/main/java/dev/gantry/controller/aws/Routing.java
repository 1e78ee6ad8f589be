package dev.gantry.controller.aws;

import dev.gantry.controller.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds service and operation of a request. */
final class Routing {

    /** For answers to requests that name no service. */
    static final Protocol DEFAULT_PROTOCOL = new AwsJson("1.1");

    record Route(AwsService service, ServiceModel model, ServiceModel.Operation operation, Protocol protocol) {

        /** As in policies, for example {@code ecs:RunTask}. */
        String action() {
            return model.signingName() + ":" + operation.name();
        }
    }

    private record Entry(AwsService service, ServiceModel model) {}

    private final Map<String, Entry> byTargetPrefix = new HashMap<>();

    Routing(List<AwsService> services) {
        for (AwsService service : services) {
            ServiceModel model = service.model();
            if (byTargetPrefix.put(model.targetPrefix(), new Entry(service, model)) != null) {
                throw new IllegalStateException("two services with target prefix " + model.targetPrefix());
            }
        }
    }

    Optional<Route> find(HttpRequest request) {
        String target = target(request);
        int dot = target.lastIndexOf('.');
        Entry entry = dot < 0 ? null : byTargetPrefix.get(target.substring(0, dot));
        if (entry == null || !request.method().equals("POST") || !request.path().equals("/")) {
            return Optional.empty();
        }
        String version = request.headers().first("Content-Type").orElse("").contains("json-1.0") ? "1.0" : "1.1";
        return entry.model()
                .operation(target.substring(dot + 1))
                .map(operation -> new Route(entry.service(), entry.model(), operation, new AwsJson(version)));
    }

    /** Why there is no route, in words that help. */
    AwsException unknown(HttpRequest request) {
        String target = target(request);
        int dot = target.lastIndexOf('.');
        Entry entry = dot < 0 ? null : byTargetPrefix.get(target.substring(0, dot));
        String why;
        if (target.isEmpty()) {
            why = "Gantry has no service that is called without an X-Amz-Target header yet.";
        } else if (!request.method().equals("POST") || !request.path().equals("/")) {
            why = "Operations are called with POST on the path /.";
        } else if (entry == null) {
            why = "Gantry does not have the service of target '" + Shown.text(target) + "' yet.";
        } else {
            why = entry.model().serviceId() + " has no operation '" + Shown.text(target.substring(dot + 1)) + "'.";
        }
        return new AwsException("UnknownOperationException", 404, why);
    }

    private static String target(HttpRequest request) {
        return request.headers().first("X-Amz-Target").orElse("");
    }
}
