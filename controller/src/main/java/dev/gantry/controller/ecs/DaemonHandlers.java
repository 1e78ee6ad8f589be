package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.*;
import dev.gantry.controller.aws.Caller;

/** Hands the operations of managed daemons to their groups. */
abstract class DaemonHandlers extends ServiceHandlers {

    private final DaemonDefinitionOperations definitions;

    DaemonHandlers(EcsParts parts, Writes writes) {
        super(parts, writes);
        this.definitions = new DaemonDefinitionOperations(parts, writes);
    }

    @Override
    public RegisterDaemonTaskDefinitionResponse registerDaemonTaskDefinition(
            RegisterDaemonTaskDefinitionRequest request, Caller caller) throws InterruptedException {
        return definitions.register(request, caller);
    }

    @Override
    public DescribeDaemonTaskDefinitionResponse describeDaemonTaskDefinition(
            DescribeDaemonTaskDefinitionRequest request, Caller caller) {
        return definitions.describe(request.daemonTaskDefinition());
    }

    @Override
    public ListDaemonTaskDefinitionsResponse listDaemonTaskDefinitions(
            ListDaemonTaskDefinitionsRequest request, Caller caller) {
        return definitions.list(request);
    }

    @Override
    public DeleteDaemonTaskDefinitionResponse deleteDaemonTaskDefinition(
            DeleteDaemonTaskDefinitionRequest request, Caller caller) throws InterruptedException {
        return definitions.delete(request.daemonTaskDefinition());
    }
}
