package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One AWS service behind the front door. Input and output are neutral trees: member names, epoch
 * seconds, base64.
 */
public interface AwsService {

    /** What the service's operations and shapes are. */
    ServiceModel model();

    /**
     * Answers one call whose input has been validated by the model.
     *
     * @throws AwsException when the call is refused
     * @throws UnsupportedOperationException when Gantry does not have the operation
     */
    JsonNode call(String operation, JsonNode input, Caller caller) throws InterruptedException;
}
