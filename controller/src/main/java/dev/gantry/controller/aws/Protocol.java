package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;

/** Maps between the wire and the neutral tree. One implementation per wire format of AWS. */
sealed interface Protocol permits AwsJson {

    /** @throws AwsException when the body does not fit the operation's input */
    JsonNode read(ServiceModel.Operation operation, HttpRequest request);

    HttpResponse write(ServiceModel.Operation operation, Output output, String requestId);

    HttpResponse error(AwsException refusal, String requestId);
}
