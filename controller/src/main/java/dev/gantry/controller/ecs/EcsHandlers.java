package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.*;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;

/** Hands each operation of the API to its group. What is not here, Gantry does not have. */
final class EcsHandlers extends DaemonHandlers {

    private final ClusterOperations clusters;
    private final CapacityProviderOperations providers;
    private final TaskDefinitionOperations definitions;
    private final TaskDefinitionLists definitionLists;
    private final TaskLaunch launch;
    private final TaskOperations tasks;
    private final TaskProtectionOperations protection;
    private final ContainerInstanceOperations instances;
    private final AttributeOperations attributes;
    private final AccountSettingOperations settings;
    private final TagOperations tags;
    private final ExecuteCommandOperations commands;
    private final AgentOperations agents;

    EcsHandlers(EcsParts parts) {
        this(parts, new Writes(parts.store()));
    }

    private EcsHandlers(EcsParts parts, Writes writes) {
        super(parts, writes);
        this.clusters = new ClusterOperations(parts, writes);
        this.providers = new CapacityProviderOperations(parts, writes);
        this.definitions = new TaskDefinitionOperations(parts, writes);
        this.definitionLists = new TaskDefinitionLists(parts, writes);
        this.launch = new TaskLaunch(parts, writes);
        this.tasks = new TaskOperations(parts, writes);
        this.protection = new TaskProtectionOperations(parts, writes);
        this.instances = new ContainerInstanceOperations(parts, writes);
        this.attributes = new AttributeOperations(parts, writes);
        this.settings = new AccountSettingOperations(parts, writes);
        this.tags = new TagOperations(parts, writes);
        this.commands = new ExecuteCommandOperations(parts, writes);
        this.agents = new AgentOperations(parts, writes);
    }

    @Override
    public CreateClusterResponse createCluster(CreateClusterRequest request, Caller caller)
            throws InterruptedException {
        return clusters.create(request);
    }

    @Override
    public DescribeClustersResponse describeClusters(DescribeClustersRequest request, Caller caller) {
        return clusters.describe(request);
    }

    @Override
    public ListClustersResponse listClusters(ListClustersRequest request, Caller caller) {
        return clusters.list(request);
    }

    @Override
    public UpdateClusterResponse updateCluster(UpdateClusterRequest request, Caller caller)
            throws InterruptedException {
        return UpdateClusterResponse.builder().cluster(clusters.update(request)).build();
    }

    @Override
    public UpdateClusterSettingsResponse updateClusterSettings(UpdateClusterSettingsRequest request, Caller caller)
            throws InterruptedException {
        return UpdateClusterSettingsResponse.builder()
                .cluster(clusters.updateSettings(request.cluster(), request.settings()))
                .build();
    }

    @Override
    public PutClusterCapacityProvidersResponse putClusterCapacityProviders(
            PutClusterCapacityProvidersRequest request, Caller caller) throws InterruptedException {
        return PutClusterCapacityProvidersResponse.builder()
                .cluster(clusters.putProviders(request))
                .build();
    }

    @Override
    public CreateCapacityProviderResponse createCapacityProvider(CreateCapacityProviderRequest request, Caller caller)
            throws InterruptedException {
        return CreateCapacityProviderResponse.builder()
                .capacityProvider(providers.create(request))
                .build();
    }

    @Override
    public DescribeCapacityProvidersResponse describeCapacityProviders(
            DescribeCapacityProvidersRequest request, Caller caller) {
        return providers.describe(request);
    }

    @Override
    public UpdateCapacityProviderResponse updateCapacityProvider(UpdateCapacityProviderRequest request, Caller caller)
            throws InterruptedException {
        return UpdateCapacityProviderResponse.builder()
                .capacityProvider(providers.update(request))
                .build();
    }

    @Override
    public DeleteCapacityProviderResponse deleteCapacityProvider(DeleteCapacityProviderRequest request, Caller caller)
            throws InterruptedException {
        return DeleteCapacityProviderResponse.builder()
                .capacityProvider(providers.delete(request))
                .build();
    }

    @Override
    public DeleteClusterResponse deleteCluster(DeleteClusterRequest request, Caller caller)
            throws InterruptedException {
        return clusters.delete(request);
    }

    @Override
    public RegisterTaskDefinitionResponse registerTaskDefinition(RegisterTaskDefinitionRequest request, Caller caller)
            throws InterruptedException {
        return definitions.register(request, caller);
    }

    @Override
    public DescribeTaskDefinitionResponse describeTaskDefinition(DescribeTaskDefinitionRequest request, Caller caller) {
        return definitions.describe(request);
    }

    @Override
    public DeregisterTaskDefinitionResponse deregisterTaskDefinition(
            DeregisterTaskDefinitionRequest request, Caller caller) throws InterruptedException {
        return definitions.deregister(request.taskDefinition());
    }

    @Override
    public DeleteTaskDefinitionsResponse deleteTaskDefinitions(DeleteTaskDefinitionsRequest request, Caller caller)
            throws InterruptedException {
        return definitions.delete(request);
    }

    @Override
    public ListTaskDefinitionsResponse listTaskDefinitions(ListTaskDefinitionsRequest request, Caller caller) {
        return definitionLists.list(request);
    }

    @Override
    public ListTaskDefinitionFamiliesResponse listTaskDefinitionFamilies(
            ListTaskDefinitionFamiliesRequest request, Caller caller) {
        return definitionLists.families(request);
    }

    @Override
    public RunTaskResponse runTask(RunTaskRequest request, Caller caller) throws InterruptedException {
        return launch.run(request);
    }

    @Override
    public StartTaskResponse startTask(StartTaskRequest request, Caller caller) throws InterruptedException {
        return launch.start(request);
    }

    @Override
    public StopTaskResponse stopTask(StopTaskRequest request, Caller caller) throws InterruptedException {
        return tasks.stop(request);
    }

    @Override
    public DescribeTasksResponse describeTasks(DescribeTasksRequest request, Caller caller) {
        return tasks.describe(request);
    }

    @Override
    public ListTasksResponse listTasks(ListTasksRequest request, Caller caller) {
        return tasks.list(request);
    }

    @Override
    public GetTaskProtectionResponse getTaskProtection(GetTaskProtectionRequest request, Caller caller) {
        return protection.get(request);
    }

    @Override
    public UpdateTaskProtectionResponse updateTaskProtection(UpdateTaskProtectionRequest request, Caller caller)
            throws InterruptedException {
        return protection.update(request);
    }

    @Override
    public DescribeContainerInstancesResponse describeContainerInstances(
            DescribeContainerInstancesRequest request, Caller caller) {
        return instances.describe(request);
    }

    @Override
    public ListContainerInstancesResponse listContainerInstances(ListContainerInstancesRequest request, Caller caller) {
        return instances.list(request);
    }

    @Override
    public UpdateContainerInstancesStateResponse updateContainerInstancesState(
            UpdateContainerInstancesStateRequest request, Caller caller) throws InterruptedException {
        return instances.updateState(request);
    }

    @Override
    public DeregisterContainerInstanceResponse deregisterContainerInstance(
            DeregisterContainerInstanceRequest request, Caller caller) throws InterruptedException {
        return DeregisterContainerInstanceResponse.builder()
                .containerInstance(instances.deregister(request))
                .build();
    }

    @Override
    public RegisterContainerInstanceResponse registerContainerInstance(
            RegisterContainerInstanceRequest request, Caller caller) throws InterruptedException {
        return RegisterContainerInstanceResponse.builder()
                .containerInstance(agents.register(request))
                .build();
    }

    @Override
    public DiscoverPollEndpointResponse discoverPollEndpoint(DiscoverPollEndpointRequest request, Caller caller) {
        return agents.discover(request);
    }

    @Override
    public SubmitTaskStateChangeResponse submitTaskStateChange(SubmitTaskStateChangeRequest request, Caller caller) {
        throw agents.submitted(request.cluster(), request.task());
    }

    @Override
    public SubmitContainerStateChangeResponse submitContainerStateChange(
            SubmitContainerStateChangeRequest request, Caller caller) {
        throw agents.submitted(request.cluster(), request.task());
    }

    @Override
    public SubmitAttachmentStateChangesResponse submitAttachmentStateChanges(
            SubmitAttachmentStateChangesRequest request, Caller caller) {
        throw agents.submitted(request);
    }

    @Override
    public UpdateContainerAgentResponse updateContainerAgent(UpdateContainerAgentRequest request, Caller caller) {
        throw instances.agentUpdate(request);
    }

    @Override
    public ListServicesByNamespaceResponse listServicesByNamespace(
            ListServicesByNamespaceRequest request, Caller caller) {
        throw new AwsException("NamespaceNotFoundException", "The specified namespace was not found.");
    }

    @Override
    public PutAttributesResponse putAttributes(PutAttributesRequest request, Caller caller)
            throws InterruptedException {
        return PutAttributesResponse.builder()
                .attributes(attributes.put(request.cluster(), request.attributes()))
                .build();
    }

    @Override
    public DeleteAttributesResponse deleteAttributes(DeleteAttributesRequest request, Caller caller)
            throws InterruptedException {
        return DeleteAttributesResponse.builder()
                .attributes(attributes.delete(request.cluster(), request.attributes()))
                .build();
    }

    @Override
    public ListAttributesResponse listAttributes(ListAttributesRequest request, Caller caller) {
        return attributes.list(request);
    }

    @Override
    public PutAccountSettingResponse putAccountSetting(PutAccountSettingRequest request, Caller caller)
            throws InterruptedException {
        return PutAccountSettingResponse.builder()
                .setting(settings.put(request.name(), request.value(), request.principalArn(), caller))
                .build();
    }

    @Override
    public PutAccountSettingDefaultResponse putAccountSettingDefault(
            PutAccountSettingDefaultRequest request, Caller caller) throws InterruptedException {
        return PutAccountSettingDefaultResponse.builder()
                .setting(settings.putDefault(request.name(), request.value(), caller))
                .build();
    }

    @Override
    public DeleteAccountSettingResponse deleteAccountSetting(DeleteAccountSettingRequest request, Caller caller)
            throws InterruptedException {
        return DeleteAccountSettingResponse.builder()
                .setting(settings.delete(request.name(), request.principalArn(), caller))
                .build();
    }

    @Override
    public ListAccountSettingsResponse listAccountSettings(ListAccountSettingsRequest request, Caller caller) {
        return settings.list(request, caller);
    }

    @Override
    public TagResourceResponse tagResource(TagResourceRequest request, Caller caller) throws InterruptedException {
        tags.tag(request.resourceArn(), request.tags());
        return TagResourceResponse.builder().build();
    }

    @Override
    public UntagResourceResponse untagResource(UntagResourceRequest request, Caller caller)
            throws InterruptedException {
        tags.untag(request.resourceArn(), request.tagKeys());
        return UntagResourceResponse.builder().build();
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(ListTagsForResourceRequest request, Caller caller) {
        return ListTagsForResourceResponse.builder()
                .tags(tags.list(request.resourceArn()))
                .build();
    }

    @Override
    public ExecuteCommandResponse executeCommand(ExecuteCommandRequest request, Caller caller)
            throws InterruptedException {
        return commands.execute(request, caller);
    }
}
