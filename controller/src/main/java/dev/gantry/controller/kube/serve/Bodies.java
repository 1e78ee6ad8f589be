package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.kube.decode.Decoded;
import dev.gantry.controller.kube.decode.FieldValidation;
import dev.gantry.controller.kube.decode.RequestDecoder;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.schema.Schema;
import dev.gantry.controller.kube.schema.Schemas;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.Subresource;
import java.util.Optional;

/** Reads the objects that clients send. */
final class Bodies {

    private Bodies() {}

    /** An object of the kind that the path says, or that its subresource takes. */
    static Decoded object(Call call) {
        ResourceType type = call.target().type();
        Optional<Schema> schema = type.subresource(call.target().subresource())
                .filter(sub -> !sub.name().equals(Subresource.STATUS))
                .map(sub -> Schemas.builtIn()
                        .find(sub.group().isEmpty() ? sub.version() : sub.group() + "/" + sub.version(), sub.kind()))
                .orElseGet(type::schema);
        return RequestDecoder.decode(call.http().body().bytes(), contentType(call.http()), validation(call), schema);
    }

    /** A part of an object of the kind that the path says, whatever its subresource. */
    static Decoded applied(Call call) {
        ResourceType type = call.target().type();
        return RequestDecoder.decode(
                call.http().body().bytes(), contentType(call.http()), validation(call), type.schema());
    }

    /** What may be left out, such as the options of a deletion. */
    static ObjectNode options(HttpRequest request) {
        return request.body().length() == 0
                ? Json.object()
                : RequestDecoder.decode(
                                request.body().bytes(), contentType(request), FieldValidation.IGNORE, Optional.empty())
                        .object();
    }

    static FieldValidation validation(Call call) {
        return FieldValidation.of(call.query().text("fieldValidation"));
    }

    static String contentType(HttpRequest request) {
        return request.headers().first("Content-Type").orElse("");
    }
}
