package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One AWS service behind the front door. Inputs are neutral trees, and outputs can be had as such: member names, epoch
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
    Output call(String operation, JsonNode input, Caller caller) throws InterruptedException;
}
