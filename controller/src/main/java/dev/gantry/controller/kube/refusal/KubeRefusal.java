package dev.gantry.controller.kube.refusal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ResourceName;
import java.util.List;

/** A request that is refused with a Status. */
public final class KubeRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient About about;
    private final transient List<Cause> causes;

    /** What the refusal is about; empty texts where there is nothing to say. */
    private record About(String group, String kind, String name) {

        static final About NOTHING = new About("", "", "");
    }

    private KubeRefusal(Reason reason, String message, About about, List<Cause> causes) {
        super(message);
        this.reason = reason;
        this.about = about;
        this.causes = causes;
    }

    public static KubeRefusal of(Reason reason, String message) {
        return new KubeRefusal(reason, message, About.NOTHING, List.of());
    }

    /** What may succeed when it is asked for again later. */
    public static KubeRefusal tooManyRequests(String message, List<Cause> causes) {
        return new KubeRefusal(Reason.TOO_MANY_REQUESTS, message, About.NOTHING, List.copyOf(causes));
    }

    public static KubeRefusal badRequest(String message) {
        return of(Reason.BAD_REQUEST, message);
    }

    public static KubeRefusal notFound(ResourceName resource, String name) {
        return about(Reason.NOT_FOUND, resource, name, resource + " \"" + name + "\" not found");
    }

    /** There is no such path. */
    public static KubeRefusal unknownPath() {
        return of(Reason.NOT_FOUND, "the server could not find the requested resource");
    }

    public static KubeRefusal alreadyExists(ResourceName resource, String name) {
        return about(Reason.ALREADY_EXISTS, resource, name, resource + " \"" + name + "\" already exists");
    }

    public static KubeRefusal conflict(ResourceName resource, String name, String why) {
        String what = "Operation cannot be fulfilled on " + resource + " \"" + name + "\": ";
        return about(Reason.CONFLICT, resource, name, what + why);
    }

    /** Somebody else changed the object first. */
    public static KubeRefusal modified(ResourceName resource, String name) {
        return conflict(
                resource,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    public static KubeRefusal forbidden(ResourceName resource, String name, String why) {
        String subject = name.isEmpty() ? resource.toString() : resource + " \"" + name + "\"";
        return about(Reason.FORBIDDEN, resource, name, subject + " is forbidden: " + why);
    }

    public static KubeRefusal about(Reason reason, ResourceName resource, String name, String message) {
        return new KubeRefusal(reason, message, new About(resource.group(), resource.plural(), name), List.of());
    }

    /** @param kind of the object, for example {@code Deployment} */
    public static KubeRefusal invalid(String group, String kind, String name, List<Cause> causes) {
        String what = kind + (group.isEmpty() ? "" : "." + group) + " \"" + name + "\" is invalid: ";
        List<String> texts = causes.stream().map(KubeRefusal::text).toList();
        String why = texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
        return new KubeRefusal(Reason.INVALID, what + why, new About(group, kind, name), List.copyOf(causes));
    }

    /** A conflict between those who apply parts of an object. */
    public static KubeRefusal applyConflict(String message, List<Cause> causes) {
        return new KubeRefusal(Reason.CONFLICT, message, About.NOTHING, List.copyOf(causes));
    }

    public Reason reason() {
        return reason;
    }

    /** Whether the client should simply ask again; not when somebody must act first, as the causes say then. */
    public boolean isWorthRetrying() {
        return reason == Reason.TOO_MANY_REQUESTS && causes.isEmpty();
    }

    /** The Status that says it. */
    public ObjectNode status() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure")
                .put("message", getMessage())
                .put("reason", reason.text())
                .put("code", reason.code());
        ObjectNode details = Json.object();
        putUnlessEmpty(details, "name", about.name());
        putUnlessEmpty(details, "group", about.group());
        putUnlessEmpty(details, "kind", about.kind());
        if (!causes.isEmpty()) {
            ArrayNode list = details.putArray("causes");
            causes.forEach(cause -> list.addObject()
                    .put("reason", cause.reason())
                    .put("message", cause.message())
                    .put("field", cause.field()));
        }
        if (isWorthRetrying()) {
            details.put("retryAfterSeconds", 1);
        }
        if (!details.isEmpty()) {
            status.set("details", details);
        }
        return status;
    }

    private static String text(Cause cause) {
        return cause.field().isEmpty() ? cause.message() : cause.field() + ": " + cause.message();
    }

    private static void putUnlessEmpty(ObjectNode to, String member, String value) {
        if (!value.isEmpty()) {
            to.put(member, value);
        }
    }
}
