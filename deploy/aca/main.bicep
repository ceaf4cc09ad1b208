// The mesh in Azure Container Apps: gateway with external ingress, registry and agents with internal ones, a Postgres that others run.
//   az deployment group create --resource-group GROUP --template-file deploy/aca/main.bicep --parameters @secrets.json
@description('The image, with the name of the registry that it was pushed to.')
param image string
param location string = resourceGroup().location
@description('Without its password.')
param databaseUrl string = 'postgresql://agentia@postgres.example.com/agentia?sslmode=require'
@secure()
param databasePassword string
@secure()
param joinToken string
@description('What callers of the gateway have to show.')
@secure()
param accessToken string
@description('Ed25519 keys (PEM) by service: gateway, analyst, quant, concierge and librarian.')
@secure()
param keys object
@description('The key of the model endpoint, if any.')
@secure()
param modelKey string = ''
param model string = ''
param agents array = ['analyst', 'quant', 'concierge', 'librarian']

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'agentia'
  location: location
  properties: { sku: { name: 'PerGB2018' }, retentionInDays: 30 }
}

resource mesh 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'agentia'
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: { customerId: logs.properties.customerId, sharedKey: logs.listKeys().primarySharedKey }
    }
  }
}

var shared = [
  { name: 'AGENTIA_REGISTRY_URL', value: 'http://registry' }
  { name: 'AGENTIA_GATEWAY_URL', value: 'http://gateway' }
  { name: 'AGENTIA_DRAIN_SECONDS', value: '20' }
  { name: 'AGENTIA_JOIN_TOKEN_FILE', value: '/secrets/join-token' }
]
var probes = [
  { type: 'Startup', httpGet: { path: '/healthz', port: 8000 }, periodSeconds: 1, failureThreshold: 60 }
  { type: 'Liveness', httpGet: { path: '/healthz', port: 8000 }, periodSeconds: 10, failureThreshold: 6 }
  { type: 'Readiness', httpGet: { path: '/readyz', port: 8000 }, periodSeconds: 5, failureThreshold: 3 }
]
var data = { volumeName: 'data', mountPath: '/data' }
var tmp = { volumeName: 'tmp', mountPath: '/tmp' }
var secrets = { volumeName: 'secrets', mountPath: '/secrets' }
var key = { volumeName: 'key', mountPath: '/data/keys' }
var volumes = [
  { name: 'data', storageType: 'EmptyDir' }
  { name: 'tmp', storageType: 'EmptyDir' }
]

// One process with a file, which the mesh writes anew within seconds should it be lost.
resource registry 'Microsoft.App/containerApps@2024-03-01' = {
  name: 'registry'
  location: location
  properties: {
    managedEnvironmentId: mesh.id
    configuration: {
      ingress: { external: false, targetPort: 8000, transport: 'http', allowInsecure: true }
      secrets: [{ name: 'join-token', value: joinToken }]
    }
    template: {
      terminationGracePeriodSeconds: 30
      containers: [
        {
          name: 'service'
          image: image
          args: ['service', 'registry']
          env: shared
          probes: probes
          resources: { cpu: json('0.5'), memory: '1Gi' }
          volumeMounts: [data, tmp, secrets]
        }
      ]
      scale: { minReplicas: 1, maxReplicas: 1 }
      volumes: concat(volumes, [
        { name: 'secrets', storageType: 'Secret', secrets: [{ secretRef: 'join-token', path: 'join-token' }] }
      ])
    }
  }
}

resource gateway 'Microsoft.App/containerApps@2024-03-01' = {
  name: 'gateway'
  location: location
  properties: {
    managedEnvironmentId: mesh.id
    configuration: {
      ingress: { external: true, targetPort: 8000, transport: 'http' }
      secrets: [
        { name: 'join-token', value: joinToken }
        { name: 'access-token', value: accessToken }
        { name: 'key', value: keys.gateway }
      ]
    }
    template: {
      terminationGracePeriodSeconds: 30
      containers: [
        {
          name: 'service'
          image: image
          args: ['service', 'gateway']
          env: concat(shared, [
            { name: 'AGENTIA_PUBLIC_URL', value: 'https://gateway.${mesh.properties.defaultDomain}' }
            { name: 'AGENTIA_ACCESS_TOKEN_FILE', value: '/secrets/access-token' }
          ])
          probes: probes
          resources: { cpu: json('1.0'), memory: '2Gi' }
          volumeMounts: [data, tmp, secrets, key]
        }
      ]
      scale: {
        minReplicas: 2
        maxReplicas: 10
        rules: [{ name: 'cpu', custom: { type: 'cpu', metadata: { type: 'Utilization', value: '60' } } }]
      }
      volumes: concat(volumes, [
        {
          name: 'secrets'
          storageType: 'Secret'
          secrets: [{ secretRef: 'join-token', path: 'join-token' }, { secretRef: 'access-token', path: 'access-token' }]
        }
        { name: 'key', storageType: 'Secret', secrets: [{ secretRef: 'key', path: 'gateway.pem' }] }
      ])
    }
  }
}

// Replicas have no addresses of their own here: the agent's internal ingress is one address for all, and each of them can
// answer for every task, as they share a database.
resource agent 'Microsoft.App/containerApps@2024-03-01' = [
  for name in agents: {
    name: name
    location: location
    properties: {
      managedEnvironmentId: mesh.id
      configuration: {
        ingress: { external: false, targetPort: 8000, transport: 'http', allowInsecure: true }
        secrets: concat(
          [
            { name: 'join-token', value: joinToken }
            { name: 'database-password', value: databasePassword }
            { name: 'key', value: keys[name] }
          ],
          empty(modelKey) ? [] : [{ name: 'model-key', value: modelKey }]
        )
      }
      template: {
        terminationGracePeriodSeconds: 30
        containers: [
          {
            name: 'service'
            image: image
            args: ['service', name]
            env: concat(
              shared,
              [
                { name: 'AGENTIA_PUBLIC_URL', value: 'http://${name}' }
                { name: 'AGENTIA_DATABASE_URL', value: databaseUrl }
                { name: 'AGENTIA_DATABASE_PASSWORD_FILE', value: '/secrets/database-password' }
                { name: 'AGENTIA_MODEL', value: model }
              ],
              empty(modelKey) ? [] : [{ name: 'OPENAI_API_KEY', secretRef: 'model-key' }]
            )
            probes: probes
            resources: { cpu: json('1.0'), memory: '2Gi' }
            volumeMounts: [data, tmp, secrets, key]
          }
        ]
        scale: {
          minReplicas: 2
          maxReplicas: 10
          rules: [{ name: 'cpu', custom: { type: 'cpu', metadata: { type: 'Utilization', value: '60' } } }]
        }
        volumes: concat(volumes, [
          {
            name: 'secrets'
            storageType: 'Secret'
            secrets: [
              { secretRef: 'join-token', path: 'join-token' }
              { secretRef: 'database-password', path: 'database-password' }
            ]
          }
          { name: 'key', storageType: 'Secret', secrets: [{ secretRef: 'key', path: '${name}.pem' }] }
        ])
      }
    }
  }
]

output url string = 'https://gateway.${mesh.properties.defaultDomain}'
