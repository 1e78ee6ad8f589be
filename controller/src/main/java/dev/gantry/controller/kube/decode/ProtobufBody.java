package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the protobuf that clients made of Go send for kinds that they know, into the same document as JSON gives. An envelope
 * names the kind; names of fields are those of JSON, but for some messages that JSON does not nest.
 *
 * <p>Go writes every field that is no pointer, even when it is zero: such a zero means that nothing was said, as JSON leaves
 * it out. Of pointers a zero is kept.
 */
final class ProtobufBody {

    static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    /** The messages of schemas are other than their JSON. No client that is known sends them. */
    private static final String DEFINITIONS = "apiextensions.k8s.io/";

    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /** Messages whose fields JSON has beside their neighbours. */
    private static final Set<String> INLINE = Set.of(
            "volumeSource",
            "persistentVolumeSource",
            "ephemeralContainerCommon",
            "handler",
            "lifecycleHandler",
            "ingressRuleValue",
            "localObjectReference");

    /** Messages that are always written, and say nothing when they are empty. */
    private static final Set<String> ALWAYS =
            Set.of("status", "resources", "strategy", "updateStrategy", "loadBalancer", "rollingUpdate");

    /** Pointers to a number, a truth or a text: what is written was said. */
    private static final Set<String> POINTERS = Set.of(
            "activeDeadlineSeconds",
            "allowPrivilegeEscalation",
            "allowVolumeExpansion",
            "automountServiceAccountToken",
            "backoffLimit",
            "backoffLimitPerIndex",
            "blockOwnerDeletion",
            "completions",
            "controller",
            "defaultMode",
            "enableServiceLinks",
            "expirationSeconds",
            "failedJobsHistoryLimit",
            "fsGroup",
            "gracePeriodSeconds",
            "hostUsers",
            "immutable",
            "ingressClassName",
            "leaseTransitions",
            "manualSelector",
            "maxFailedIndexes",
            "minReplicas",
            "mode",
            "optional",
            "orphanDependents",
            "parallelism",
            "partition",
            "privileged",
            "procMount",
            "progressDeadlineSeconds",
            "readOnlyRootFilesystem",
            "ready",
            "replicas",
            "revisionHistoryLimit",
            "runAsGroup",
            "runAsNonRoot",
            "runAsUser",
            "serving",
            "setHostnameAsFQDN",
            "shareProcessNamespace",
            "stabilizationWindowSeconds",
            "startingDeadlineSeconds",
            "storageClassName",
            "successfulJobsHistoryLimit",
            "suspend",
            "terminating",
            "terminationGracePeriodSeconds",
            "tolerationSeconds",
            "ttlSecondsAfterFinished",
            "volumeAttributesClassName");

    private ProtobufBody() {}

    static ParsedBody parse(byte[] body) {
        if (body.length < MAGIC.length || !Arrays.equals(Arrays.copyOf(body, MAGIC.length), MAGIC)) {
            throw KubeRefusal.badRequest("the body is no protobuf of Kubernetes: it does not begin with \"k8s\\x00\"");
        }
        Message envelope =
                read(Messages.all().envelope(), ByteString.copyFrom(body, MAGIC.length, body.length - MAGIC.length));
        Message type = (Message) field(envelope, "typeMeta");
        String apiVersion = (String) field(type, "apiVersion");
        String kind = (String) field(type, "kind");
        if (apiVersion.startsWith(DEFINITIONS)) {
            throw KubeRefusal.of(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "the body of the request was in an unknown format - accepted media types include for a " + kind
                            + ": application/json, application/yaml");
        }
        Descriptor descriptor = Messages.all()
                .find(apiVersion, kind)
                .orElseThrow(() -> KubeRefusal.badRequest(
                        "no kind \"" + kind + "\" is registered for version \"" + apiVersion + "\""));
        ObjectNode object = NODES.objectNode().put("kind", kind).put("apiVersion", apiVersion);
        fill(object, read(descriptor, (ByteString) field(envelope, "raw")));
        return new ParsedBody(object, List.of());
    }

    private static Message read(Descriptor descriptor, ByteString bytes) {
        try {
            CodedInputStream input = bytes.newCodedInput();
            input.setRecursionLimit(ParsedBody.DEPTH_MAX);
            DynamicMessage message =
                    DynamicMessage.newBuilder(descriptor).mergeFrom(input).build();
            input.checkLastTagWas(0);
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw KubeRefusal.badRequest("the body is no " + descriptor.getName() + " in protobuf: " + e.getMessage());
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot be read", e);
        }
    }

    private static Object field(Message message, String name) {
        return message.getField(message.getDescriptorForType().findFieldByName(name));
    }

    private static void fill(ObjectNode object, Message message) {
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            String name = field.getName();
            if (field.isMapField()) {
                object.set(name, map((List<?>) entry.getValue()));
            } else if (field.isRepeated()) {
                ArrayNode array = object.putArray(name);
                ((List<?>) entry.getValue()).forEach(value -> array.add(value(field, value)));
            } else if (INLINE.contains(name)) {
                fill(object, (Message) entry.getValue());
            } else {
                put(object, field, value(field, entry.getValue()));
            }
        }
    }

    private static void put(ObjectNode object, FieldDescriptor field, JsonNode value) {
        String name = field.getName();
        boolean zero = value.isNumber() && value.asDouble() == 0
                || value.isBoolean() && !value.asBoolean()
                || value.isTextual() && value.asText().isEmpty();
        // A status has counts where a specification has pointers to them; the value of a priority class must be there.
        boolean kept =
                POINTERS.contains(name) && !field.getContainingType().getName().endsWith("Status")
                        || name.equals("value") && value.isNumber();
        boolean nothing = zero && !kept || value.isObject() && value.isEmpty() && ALWAYS.contains(name);
        if (!nothing && !value.isNull()) {
            object.set(name, value);
        }
    }

    private static ObjectNode map(List<?> entries) {
        ObjectNode map = NODES.objectNode();
        for (Object entry : entries) {
            Message pair = (Message) entry;
            FieldDescriptor value = pair.getDescriptorForType().findFieldByName("value");
            map.set(String.valueOf(field(pair, "key")), value(value, pair.getField(value)));
        }
        return map;
    }

    private static JsonNode value(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case INT -> NODES.numberNode((Integer) value);
            case LONG -> NODES.numberNode((Long) value);
            case FLOAT -> NODES.numberNode((Float) value);
            case DOUBLE -> NODES.numberNode((Double) value);
            case BOOLEAN -> NODES.booleanNode((Boolean) value);
            case STRING -> NODES.textNode((String) value);
            case BYTE_STRING -> NODES.textNode(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case MESSAGE -> message((Message) value);
            case ENUM -> throw new IllegalStateException("the API has no enumerations: " + field.getFullName());
        };
    }

    /** A message that JSON has as something else than an object, or an object. */
    private static JsonNode message(Message message) {
        return switch (message.getDescriptorForType().getName()) {
            case "Time" -> time(message, DateTimeFormatter.ISO_INSTANT);
            case "MicroTime" -> time(message, MICROS);
            case "Duration" -> NODES.textNode(field(message, "duration") + "ns");
            case "Quantity" -> NODES.textNode((String) field(message, "string"));
            case "IntOrString" ->
                field(message, "type").equals(0L)
                        ? NODES.numberNode((Integer) field(message, "intVal"))
                        : NODES.textNode((String) field(message, "strVal"));
            case "RawExtension", "JSON" -> raw((ByteString) field(message, "raw"));
            case "FieldsV1" -> raw((ByteString) field(message, "Raw"));
            case "ExtraValue", "Verbs" -> {
                ArrayNode items = NODES.arrayNode();
                ((List<?>) field(message, "items")).forEach(item -> items.add((String) item));
                yield items;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                fill(object, message);
                yield object;
            }
        };
    }

    private static JsonNode time(Message time, DateTimeFormatter format) {
        if (time.getAllFields().isEmpty()) {
            return NODES.nullNode();
        }
        long seconds = (Long) field(time, "seconds");
        int nanos = (Integer) field(time, "nanos");
        return NODES.textNode(format.format(Instant.ofEpochSecond(seconds, nanos)));
    }

    private static JsonNode raw(ByteString json) {
        return json.isEmpty()
                ? NODES.nullNode()
                : JsonBody.parse(json.toByteArray()).tree();
    }
}
