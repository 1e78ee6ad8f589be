package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** Reads the bodies of requests. */
public final class RequestDecoder {

    private RequestDecoder() {}

    /**
     * An object.
     *
     * @param contentType as in the header; JSON where it is empty
     * @param schema of the kind that is expected; without it nothing is known of its fields and all are kept
     */
    public static Decoded decode(byte[] body, String contentType, FieldValidation validation, Optional<Schema> schema) {
        if (schema.filter(Schema::isCustom).isPresent() && form(contentType).equals(ProtobufBody.MEDIA_TYPE)) {
            throw unknownFormat("");
        }
        ParsedBody parsed = parse(body, contentType);
        ObjectNode object = object(parsed.tree());
        List<String> findings = new ArrayList<>(parsed.duplicates());
        if (schema.isPresent()) {
            FieldCheck check = new FieldCheck();
            try {
                check.object(object, schema.get(), "");
            } catch (FieldCheck.MistypedException e) {
                throw KubeRefusal.badRequest(handled(object) + e.getMessage());
            }
            findings.addAll(new TreeSet<>(check.unknown()));
        }
        if (validation == FieldValidation.STRICT && !findings.isEmpty()) {
            throw KubeRefusal.badRequest(handled(object) + "strict decoding error: " + String.join(", ", findings));
        }
        return new Decoded(object, validation == FieldValidation.WARN ? List.copyOf(findings) : List.of());
    }

    /** A patch, of whatever kind: a JSON patch is a list. A body to be applied is YAML, whatever its content type calls it. */
    public static JsonNode patch(byte[] body, String contentType) {
        return parse(body, contentType).tree();
    }

    /**
     * Drops from an object that was patched what its kind does not have.
     *
     * @return the warnings
     */
    public static List<String> prune(ObjectNode object, FieldValidation validation, Schema schema) {
        FieldCheck check = new FieldCheck();
        try {
            check.object(object, schema, "");
        } catch (FieldCheck.MistypedException e) {
            throw KubeRefusal.badRequest(handled(object) + e.getMessage());
        }
        List<String> findings = List.copyOf(new TreeSet<>(check.unknown()));
        if (validation == FieldValidation.STRICT && !findings.isEmpty()) {
            throw KubeRefusal.badRequest("strict decoding error: " + String.join(", ", findings));
        }
        return validation == FieldValidation.WARN ? findings : List.of();
    }

    private static ParsedBody parse(byte[] body, String contentType) {
        if (body.length > ParsedBody.BYTES_MAX) {
            throw KubeRefusal.of(Reason.TOO_LARGE, "Request entity too large: limit is " + ParsedBody.BYTES_MAX);
        }
        return switch (form(contentType)) {
            case "",
                    "application/json",
                    "application/json-patch+json",
                    "application/merge-patch+json",
                    "application/strategic-merge-patch+json" -> JsonBody.parse(body);
            case "application/yaml", "application/apply-patch+yaml" -> YamlBody.parse(body);
            case ProtobufBody.MEDIA_TYPE -> ProtobufBody.parse(body);
            default -> throw unknownFormat(", " + ProtobufBody.MEDIA_TYPE);
        };
    }

    private static String form(String contentType) {
        return contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    }

    private static KubeRefusal unknownFormat(String more) {
        return KubeRefusal.of(
                Reason.UNSUPPORTED_MEDIA_TYPE,
                "the body of the request was in an unknown format - accepted media types include: "
                        + "application/json, application/yaml" + more);
    }

    private static ObjectNode object(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw KubeRefusal.badRequest("the body is no object");
    }

    private static String handled(ObjectNode object) {
        String apiVersion = object.path("apiVersion").asText();
        String kind = object.path("kind").asText();
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        return kind + " in version \"" + version + "\" cannot be handled as a " + kind + ": ";
    }
}
