## problem
# words of this part follow; keep parts apart
problem-defect = 程序出错了：{ $what }
problem-defect-hint = 已存的内容都在；请运行 zhiban doctor，把结果发给管理员
problem-busy = { $what } 正被占用
problem-busy-hint = 稍等几秒再试；内容已保留
problem-not-saved = 没存上：{ $cause }
problem-not-saved-hint = 你写的都留着；腾出空间或换个文件夹后再按一次
problem-read-only = 这份数据现在只能看，不能改
problem-read-only-hint = 另一个工作台正在写这份数据；关掉它，或就在那边改
problem-file-missing = 找不到文件 { $file }
problem-file-missing-hint = 核对文件名和所在文件夹
problem-file-unreadable = 读不了 { $file }：{ $cause }
problem-file-unreadable-hint = 看看文件是否被别的程序打开，或有没有读的权限
problem-file-unwritable = 写不了 { $file }：{ $cause }
problem-file-unwritable-hint = 换个文件夹，或看看磁盘是否已满
problem-file-exists = { $file } 已经有了，没有覆盖
problem-file-exists-hint = 换个文件名
problem-not-utf8 = { $file } 不是 UTF-8 文本
problem-not-utf8-hint = 另存为 UTF-8 再试
problem-not-found = 找不到 { $what }
problem-not-found-hint = 核对编号；编号前 8 位就够
problem-ambiguous = { $what } 不止一个：{ $candidates }
problem-ambiguous-hint = 多写几位
problem-not-understood = 看不懂 { $what }
problem-not-understood-hint = 想的是 { $nearest } 吗？
problem-not-allowed = { $who } 不能做这一步：{ $what }
problem-not-allowed-hint = 请主管来做，或转交给他
problem-too-long = { $what } 太长，最多 { $limit }
problem-too-long-hint = 分成几条，或改成附件
problem-empty = 还没有填 { $what }
problem-empty-hint = 填上再按一次
problem-cancelled = 已停下，做完的都存了
problem-clock = 这台电脑的时间不对
problem-clock-hint = 先校准系统时间，再打开 zhiban
problem-random = 系统给不出随机数：{ $cause }
problem-config-place = 找不到放设置的文件夹
problem-config-place-hint = 用 --config 和 --data 指明
problem-config-syntax = { $file } 第 { $line } 行不合 TOML 写法：{ $cause }
problem-config-syntax-hint = 对照 config.example.toml
problem-config-key = { $file } 第 { $line } 行：没有 { $key } 这一项
problem-config-key-hint = 想的是 { $nearest } 吗？
problem-config-value = { $file } 第 { $line } 行：{ $key } 不能是 { $value }
problem-config-value-hint = 可以写：{ $allowed }

## register
# words of this part follow; keep parts apart


## field
# words of this part follow; keep parts apart


## state
# words of this part follow; keep parts apart


## value
# words of this part follow; keep parts apart


## cli
# words of this part follow; keep parts apart


## capture
# words of this part follow; keep parts apart


## import
# words of this part follow; keep parts apart


## desk
# words of this part follow; keep parts apart


## tui
# words of this part follow; keep parts apart


## keys
# words of this part follow; keep parts apart


## palette
# words of this part follow; keep parts apart


## composer
# words of this part follow; keep parts apart


## after-sale
# words of this part follow; keep parts apart


## note
# words of this part follow; keep parts apart


## handover
# words of this part follow; keep parts apart


## bundle
# words of this part follow; keep parts apart


## search
# words of this part follow; keep parts apart


## demo
# words of this part follow; keep parts apart


