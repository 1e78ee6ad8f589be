package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.type.ResourceType;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** What an object gets when it comes into being. */
public final class Birth {

    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern PATH_SEGMENT = Pattern.compile("[^/%]+");
    private static final int NAME_MAX = 253;
    private static final int LABEL_MAX = 63;
    private static final int PREFIX_MAX = 58;
    private static final String SUBDOMAIN_RULE =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must"
                    + " start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
                    + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private static final String LABEL_RULE = "a lowercase RFC 1123 label must consist of lower case alphanumeric"
            + " characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or"
            + " '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private Birth() {}

    /** @param suffix for {@code generateName}, five letters */
    public static String name(ResourceType type, ObjectNode object, String suffix) {
        Meta meta = Meta.of(object);
        String name = meta.name();
        String prefix = object.at("/metadata/generateName").asText();
        if (name.isEmpty() && !prefix.isEmpty()) {
            name = prefix.substring(0, Math.min(prefix.length(), PREFIX_MAX)) + suffix;
        }
        check(type, name);
        return name;
    }

    /** Completes the metadata of a new object, and takes out what only the server may say. */
    public static ObjectNode of(ResourceType type, ObjectNode asked, ObjectName name, String uid, Instant now) {
        ObjectNode object = asked.deepCopy();
        object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
        ObjectNode metadata = object.withObject("/metadata");
        metadata.remove(List.of(
                "resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"));
        metadata.put("name", name.name());
        if (type.namespaced()) {
            metadata.put("namespace", name.namespace());
        } else {
            metadata.remove("namespace");
        }
        metadata.put("uid", uid);
        metadata.put("creationTimestamp", Times.text(now));
        if (countsGenerations(type)) {
            metadata.put("generation", 1);
        }
        if (type.hasStatus()) {
            object.remove("status");
        }
        withoutNulls(type, object);
        if (type.name().equals(ResourceName.NAMESPACES)) {
            object.withObject("/metadata").withObject("/labels").put("kubernetes.io/metadata.name", name.name());
            object.withObject("/spec").putArray("finalizers").add("kubernetes");
            object.withObject("/status").put("phase", "Active");
        }
        return object;
    }

    /** Whether {@code metadata.generation} of the kind grows with its spec. */
    static boolean countsGenerations(ResourceType type) {
        return type.custom().isPresent()
                || type.hasStatus()
                        && (!type.name().group().isEmpty()
                                || type.name().plural().equals("replicationcontrollers"));
    }

    /** Null means that there is nothing; Go writes it where a field has no value. Definitions say for themselves what it means. */
    static void withoutNulls(ResourceType type, ObjectNode object) {
        withoutNulls(type.custom().isPresent() ? object.path("metadata") : object);
    }

    private static void withoutNulls(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(member -> member.getValue().isNull());
        }
        node.forEach(Birth::withoutNulls);
    }

    private static void check(ResourceType type, String name) {
        if (name.isEmpty()) {
            throw invalid(
                    type,
                    name,
                    new Cause(
                            "metadata.name", "FieldValueRequired", "Required value: name or generateName is required"));
        }
        boolean isFree = type.name().group().equals("rbac.authorization.k8s.io");
        if (isFree) {
            if (!PATH_SEGMENT.matcher(name).matches() || name.equals(".") || name.equals("..")) {
                throw invalid(type, name, Cause.invalid("metadata.name", name, "may not contain '/' or '%'"));
            }
            return;
        }
        boolean isShort =
                type.name().equals(ResourceName.NAMESPACES) || type.name().equals(ResourceName.core("services"));
        Pattern pattern = isShort ? LABEL : SUBDOMAIN;
        if (!pattern.matcher(name).matches() || name.length() > (isShort ? LABEL_MAX : NAME_MAX)) {
            throw invalid(type, name, Cause.invalid("metadata.name", name, isShort ? LABEL_RULE : SUBDOMAIN_RULE));
        }
    }

    private static KubeRefusal invalid(ResourceType type, String name, Cause cause) {
        return KubeRefusal.invalid(type.name().group(), type.kind(), name, List.of(cause));
    }
}
