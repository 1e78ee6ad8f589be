package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.kube.access.Reviews;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.access.ServiceAccountTokens.Bearer;
import dev.gantry.controller.kube.access.ServiceAccountTokens.Bound;
import dev.gantry.controller.kube.access.ServiceAccountTokens.Grant;
import dev.gantry.controller.kube.decode.Decoded;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Gives out tokens of service accounts, and tells whose one is. */
final class TokenRequests {

    /** Upstream's bound for what may be asked for. */
    private static final long SECONDS_MAX = 1L << 32;

    private final Store store;
    private final ServiceAccountTokens tokens;
    private final InstantSource clock;

    TokenRequests(Store store, ServiceAccountTokens tokens, InstantSource clock) {
        this.store = store;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Answers a TokenRequest with a token in its status. */
    HttpResponse create(Call call) {
        Decoded body = Bodies.object(call);
        ObjectName name = call.target().objectName();
        Snapshot snapshot = store.snapshot();
        KubeDocument account =
                KubeDocument.find(snapshot, name).orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
        JsonNode spec = body.object().path("spec");
        List<String> audiences = Json.texts(spec.path("audiences"));
        if (audiences.isEmpty()) {
            audiences = List.of(ServiceAccountTokens.issuer(name.cluster()));
        }
        long seconds = seconds(name, spec.path("expirationSeconds"));
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant end = now.plus(ServiceAccountTokens.life(seconds));
        Optional<Bound> bound = bound(snapshot, name, spec.path("boundObjectRef"));
        String token = tokens.issue(new Grant(account, audiences, end, bound));

        ObjectNode answer = Json.object().put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
        answer.putObject("metadata")
                .put("name", name.name())
                .put("namespace", name.namespace())
                .put("creationTimestamp", now.toString());
        ObjectNode granted = answer.putObject("spec");
        audiences.forEach(granted.putArray("audiences")::add);
        granted.put("expirationSeconds", Duration.between(now, end).toSeconds());
        granted.set("boundObjectRef", spec.get("boundObjectRef"));
        answer.putObject("status").put("token", token).put("expirationTimestamp", end.toString());
        return Answers.warned(Answers.json(201, answer), body.warnings());
    }

    private static long seconds(ObjectName name, JsonNode asked) {
        long seconds = asked.asLong(ServiceAccountTokens.LIFE_SECONDS_DEFAULT);
        boolean isTooShort = seconds < ServiceAccountTokens.LIFE_SECONDS_MIN;
        if (isTooShort || seconds > SECONDS_MAX) {
            String why =
                    isTooShort ? ServiceAccountTokens.TOO_SHORT : "may not specify a duration larger than 2^32 seconds";
            throw KubeRefusal.invalid(
                    "authentication.k8s.io",
                    "TokenRequest",
                    name.name(),
                    List.of(Cause.invalid("spec.expirationSeconds", asked.asText(), why)));
        }
        return seconds;
    }

    private static Optional<Bound> bound(Snapshot snapshot, ObjectName account, JsonNode reference) {
        if (!reference.isObject()) {
            return Optional.empty();
        }
        String kind = reference.path("kind").asText();
        String name = reference.path("name").asText();
        if (!List.of("Pod", "Secret").contains(kind)) {
            throw KubeRefusal.badRequest("cannot bind token for serviceaccount \"" + account.name()
                    + "\" to an object of the kind \"" + kind + "\": give a Pod or a Secret");
        }
        ResourceName resource = kind.equals("Pod") ? ResourceName.PODS : ResourceName.core("secrets");
        String uid = ServiceAccountTokens.uid(snapshot, account.cluster(), account.namespace(), kind, name)
                .orElseThrow(() -> KubeRefusal.notFound(resource, name));
        String wanted = reference.path("uid").asText();
        if (!wanted.isEmpty() && !wanted.equals(uid)) {
            throw KubeRefusal.conflict(
                    resource,
                    name,
                    "the UID in the bound object reference (" + wanted + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
        }
        return Optional.of(new Bound(kind, name, uid));
    }

    /** Answers a TokenReview. */
    ObjectNode review(ObjectNode question, String cluster) {
        ObjectNode answer = question.deepCopy();
        answer.withObject("/metadata").putNull("creationTimestamp");
        ObjectNode status = answer.putObject("status");
        JsonNode spec = question.path("spec");
        List<String> asked = Json.texts(spec.path("audiences"));
        List<String> accepted = asked.isEmpty() ? List.of(ServiceAccountTokens.issuer(cluster)) : asked;
        Optional<Bearer> bearer =
                tokens.read(store.snapshot(), cluster, spec.path("token").asText());
        Optional<String> audience = bearer.flatMap(
                found -> accepted.stream().filter(found.audiences()::contains).findFirst());
        ObjectNode user = status.putObject("user");
        if (bearer.isPresent() && audience.isPresent()) {
            Reviews.describe(bearer.get().user(), user);
            status.put("authenticated", true);
            status.putArray("audiences").add(audience.get());
        } else {
            status.put("error", "invalid bearer token");
        }
        return answer;
    }
}
