namespace Puyu.Inference.Engine;

/// <summary>The one thread that owns an engine's state. Others send it commands, done between its steps.</summary>
internal sealed class EngineThread
{
    private readonly object _gate = new();
    private readonly Queue<Action> _commands = new();
    private readonly Func<bool> _step;
    private readonly Thread _thread;
    private bool _isAwake;
    private bool _isStopping;
    private bool _isStopped;

    /// <param name="step">Does a piece of work; false if there is none until the next command.</param>
    public EngineThread(Func<bool> step)
    {
        _step = step;
        _thread = new Thread(Work) { IsBackground = true, Name = "puyu-engine" };
        _thread.Start();
    }

    /// <summary>Has a command done before the next step. It must not throw.</summary>
    /// <returns>False if the thread has ended.</returns>
    public bool Post(Action command)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return false;
            }

            _commands.Enqueue(command);
            _isAwake = true;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Lets the thread look for work again.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isAwake = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Has a command done before the next step, and its result or exception handed over.</summary>
    /// <exception cref="ObjectDisposedException">The thread has ended.</exception>
    public Task<T> InvokeAsync<T>(Func<T> command)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isPosted = Post(() =>
        {
            try
            {
                result.SetResult(command());
            }
#pragma warning disable CA1031 // whoever waits for the result gets the exception, whatever it is
            catch (Exception exception)
#pragma warning restore CA1031
            {
                result.SetException(exception);
            }
        });
        return isPosted ? result.Task : throw new ObjectDisposedException(nameof(InferenceEngine));
    }

    /// <summary>Ends the thread after the commands that are there, and waits for it.</summary>
    public void Stop()
    {
        Post(() => _isStopping = true);
        _thread.Join();
    }

    private void Work()
    {
        while (true)
        {
            while (TryTake(out Action? command))
            {
                command!();
            }

            if (_isStopped)
            {
                return;
            }

            if (!_step())
            {
                Wait();
            }
        }
    }

    private bool TryTake(out Action? command)
    {
        lock (_gate)
        {
            bool hasCommand = _commands.TryDequeue(out command);
            _isStopped = _isStopping && !hasCommand;
            return hasCommand;
        }
    }

    private void Wait()
    {
        lock (_gate)
        {
            while (!_isAwake)
            {
                Monitor.Wait(_gate);
            }

            _isAwake = false;
        }
    }
}
