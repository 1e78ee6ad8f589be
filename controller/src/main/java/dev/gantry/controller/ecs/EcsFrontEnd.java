package dev.gantry.controller.ecs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.aws.ecs.EcsApi;
import dev.gantry.aws.ecs.EcsOperations;
import dev.gantry.aws.ecs.EcsOperations.Operation;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.AwsService;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.aws.Output;
import dev.gantry.controller.aws.ServiceModel;
import dev.gantry.controller.ecs.document.EcsJson;
import java.util.Map;

/** ECS behind the front door: binds neutral trees to the typed API. */
public final class EcsFrontEnd implements AwsService {

    private final ServiceModel model;
    private final Map<String, Operation<?, Caller>> operations;
    private final EcsApi<Caller> api;

    public EcsFrontEnd(EcsApi<Caller> api) {
        this(ServiceModel.load("ecs"), EcsOperations.all(), api);
    }

    private EcsFrontEnd(ServiceModel model, Map<String, Operation<?, Caller>> operations, EcsApi<Caller> api) {
        this.model = model;
        this.operations = operations;
        this.api = api;
    }

    /** The front end with all handlers. */
    public static EcsFrontEnd of(EcsParts parts) {
        return new EcsFrontEnd(new EcsHandlers(parts));
    }

    /** The same front end with handlers over something else. */
    EcsFrontEnd over(EcsParts parts) {
        return new EcsFrontEnd(model, operations, new EcsHandlers(parts));
    }

    @Override
    public ServiceModel model() {
        return model;
    }

    @Override
    public Output call(String operation, JsonNode input, Caller caller) throws InterruptedException {
        Operation<?, Caller> found = operations.get(operation);
        if (found == null) {
            throw new UnsupportedOperationException(operation);
        }
        return invoke(found, input, caller);
    }

    private <I> Output invoke(Operation<I, Caller> operation, JsonNode input, Caller caller)
            throws InterruptedException {
        I request;
        try {
            request = EcsJson.read(input, operation.input());
        } catch (JsonProcessingException e) {
            throw new AwsException("SerializationException", "The request cannot be read: " + e.getOriginalMessage());
        }
        return EcsJson.output(operation.invoker().invoke(api, request, caller));
    }
}
